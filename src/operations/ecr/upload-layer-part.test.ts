import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { initiateLayerUpload } from "./initiate-layer-upload.ts";
import { uploadLayerPart } from "./upload-layer-part.ts";

describe("UploadLayerPart", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";
  let uploadId: string | undefined;
  beforeEach(async () => {
    ({ uploadId } = await registry.ask(initiateLayerUpload, { repositoryName }));
  });

  function upload(partFirstByte: number, partLastByte: number, layerPartBlob: string) {
    const input = { repositoryName, uploadId, partFirstByte, partLastByte, layerPartBlob };
    return registry.ask(uploadLayerPart, input);
  }

  it("takes parts that follow on each other", async () => {
    expect(await upload(0, 2, base64("abc"))).toEqual({
      registryId: "000000000000",
      repositoryName,
      uploadId,
      lastByteReceived: 2,
    });
    expect((await upload(3, 3, base64("d"))).lastByteReceived).toBe(3);
  });

  it.each([0, 2, 4])(
    "refuses a part that starts at %i where 3 is next, and says so",
    async (first) => {
      await upload(0, 2, base64("abc"));
      await expect(upload(first, first, base64("d"))).rejects.toMatchObject({
        kind: "InvalidLayerPart",
        message: `First byte of the layer part is ${first} instead of 3`,
        details: {
          registryId: "000000000000",
          repositoryName,
          uploadId,
          lastValidByteReceived: 2,
        },
      });
    },
  );

  it("refuses a part that is longer or shorter than its range, and keeps nothing of it", async () => {
    for (const last of [0, 1, 3, 1000]) {
      await expect(upload(0, last, base64("abc"))).rejects.toMatchObject({
        kind: "InvalidLayerPart",
        details: { uploadId },
      });
    }
    expect((await upload(0, 2, base64("abc"))).lastByteReceived).toBe(2);
  });

  it.each(["YWJ", "YW Jj", "YWJj\n", "YW-_", "====", "=YWJ", "Y===", "YWJjYQ", "YW==YWJj"])(
    "refuses '%s', which is no base64",
    async (text) => {
      await expect(upload(0, 2, text)).rejects.toMatchObject({
        kind: "InvalidParameter",
        message:
          "Invalid parameter at 'layerPartBlob' failed to satisfy constraint: 'Member must be base64-encoded'",
      });
    },
  );

  it("refuses more than 20 MiB", async () => {
    const most = 20 * 1024 * 1024;
    const text = Buffer.alloc(most + 1).toString("base64");
    await expect(upload(0, most, text)).rejects.toThrow(
      "Invalid parameter at 'layerPartBlob' failed to satisfy constraint: 'Member must have length less than or equal to 20971520'",
    );
  });

  it("knows a session only in the repository that opened it", async () => {
    await registry.createRepository("team/other");
    const asked = registry.ask(uploadLayerPart, {
      repositoryName: "team/other",
      uploadId,
      partFirstByte: 0,
      partLastByte: 2,
      layerPartBlob: base64("abc"),
    });
    await expect(asked).rejects.toMatchObject({ kind: "UploadNotFound" });
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
