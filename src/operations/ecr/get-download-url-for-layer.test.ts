import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { openDownloadToken } from "../../registry/layers/download-token.ts";
import { limits } from "../../registry/limits.ts";
import { getDownloadUrlForLayer } from "./get-download-url-for-layer.ts";

describe("GetDownloadUrlForLayer", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";
  const layerDigest = digestOf(JSON.stringify({ content: "one" }));

  it("answers an URL on this server that stands for the layer for an hour", async () => {
    await registry.pushImage(repositoryName, "one");
    const answer = await registry.ask(getDownloadUrlForLayer, { repositoryName, layerDigest });
    expect(answer.layerDigest).toBe(layerDigest);
    const prefix = "http://localhost:5050/layers/";
    expect(answer.downloadUrl?.startsWith(prefix)).toBe(true);
    const token = answer.downloadUrl?.slice(prefix.length) ?? "";
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    const { ports } = registry.environment;
    expect(openDownloadToken(ports, token)).toMatchObject({
      registry: { account: "000000000000", region: "us-east-1" },
      repository: { name: repositoryName },
      digest: layerDigest,
      accessKeyId: "AKIAEXAMPLE",
    });
    registry.clock.advance(limits.downloadUrlLifeMs - 1);
    expect(openDownloadToken(ports, token)).toBeDefined();
    registry.clock.advance(1);
    expect(openDownloadToken(ports, token)).toBeUndefined();
  });

  it("gives no layer that no image refers to", async () => {
    await registry.pushLayer(repositoryName, Buffer.from(JSON.stringify({ content: "one" })));
    const asked = registry.ask(getDownloadUrlForLayer, { repositoryName, layerDigest });
    await expect(asked).rejects.toMatchObject({ kind: "LayerInaccessible" });
  });

  it.each([digestOf("unknown"), "sha512:ab"])("says that %s is not there", async (unknown) => {
    const asked = registry.ask(getDownloadUrlForLayer, { repositoryName, layerDigest: unknown });
    await expect(asked).rejects.toMatchObject({
      kind: "LayersNotFound",
      message: `The layer with digest '${unknown}' does not exist within the repository with name 'team/app' in the registry with id '000000000000'`,
    });
  });
});
