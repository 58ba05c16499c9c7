import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { completeLayerUpload } from "./complete-layer-upload.ts";
import { initiateLayerUpload } from "./initiate-layer-upload.ts";
import { uploadLayerPart } from "./upload-layer-part.ts";

describe("CompleteLayerUpload", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";

  async function open(...parts: Buffer[]) {
    const { uploadId } = await registry.ask(initiateLayerUpload, { repositoryName });
    let partFirstByte = 0;
    for (const part of parts) {
      const partLastByte = partFirstByte + part.length - 1;
      const layerPartBlob = part.toString("base64");
      const range = { partFirstByte, partLastByte };
      await registry.ask(uploadLayerPart, { repositoryName, uploadId, ...range, layerPartBlob });
      partFirstByte = partLastByte + 1;
    }
    return uploadId;
  }

  it("makes a layer of parts of which the last alone is small", async () => {
    const parts = [Buffer.alloc(5 * 1024 * 1024, 1), Buffer.from("end")];
    const uploadId = await open(...parts);
    const layerDigest = digestOf(Buffer.concat(parts));
    const input = { repositoryName, uploadId, layerDigests: ["sha512:ab", layerDigest] };
    expect(await registry.ask(completeLayerUpload, input)).toEqual({
      registryId: "000000000000",
      repositoryName,
      uploadId,
      layerDigest,
    });
    const again = registry.ask(completeLayerUpload, input);
    await expect(again).rejects.toMatchObject({ kind: "UploadNotFound" });
  });

  it("refuses a small part before the last", async () => {
    const uploadId = await open(Buffer.from("small"), Buffer.from("end"));
    const input = { repositoryName, uploadId, layerDigests: [digestOf("smallend")] };
    await expect(registry.ask(completeLayerUpload, input)).rejects.toMatchObject({
      kind: "LayerPartTooSmall",
      message: "All layer parts except the last part should be at least 5MB",
    });
  });

  it("refuses an upload without parts", async () => {
    const uploadId = await open();
    const input = { repositoryName, uploadId, layerDigests: [digestOf("")] };
    await expect(registry.ask(completeLayerUpload, input)).rejects.toMatchObject({
      kind: "EmptyUpload",
      message: `The upload with id '${uploadId}' in the repository with name 'team/app' in registry with id '000000000000' cannot be completed because it does not have any parts.`,
    });
  });

  it("refuses a digest that the bytes do not have", async () => {
    const uploadId = await open(Buffer.from("content"));
    const input = { repositoryName, uploadId, layerDigests: [digestOf("other")] };
    const asked = registry.ask(completeLayerUpload, input);
    await expect(asked).rejects.toMatchObject({ kind: "InvalidLayer" });
  });

  it("says when the repository has the layer already", async () => {
    const layer = Buffer.from("content");
    await registry.pushLayer(repositoryName, layer);
    const uploadId = await open(layer);
    const input = { repositoryName, uploadId, layerDigests: [digestOf(layer)] };
    const asked = registry.ask(completeLayerUpload, input);
    await expect(asked).rejects.toMatchObject({ kind: "LayerAlreadyExists" });
  });

  it("takes one SHA-256 digest", async () => {
    const uploadId = await open(Buffer.from("content"));
    for (const layerDigests of [["sha512:ab"], [digestOf("content"), digestOf("other")]]) {
      const asked = registry.ask(completeLayerUpload, { repositoryName, uploadId, layerDigests });
      await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });
});
