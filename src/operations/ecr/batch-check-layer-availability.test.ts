import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  digestOf,
  ociConfig,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { batchCheckLayerAvailability } from "./batch-check-layer-availability.ts";

describe("BatchCheckLayerAvailability", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  it("judges each digest by itself and in order", async () => {
    const layer = Buffer.from("a layer");
    const held = await registry.pushLayer("team/app", layer);
    const unknown = digestOf("unknown");
    const answer = await registry.ask(batchCheckLayerAvailability, {
      repositoryName: "team/app",
      layerDigests: [unknown, "no digest", held, "", "sha512:ab", null, held],
    });
    const available = {
      layerDigest: held,
      layerAvailability: "AVAILABLE",
      layerSize: layer.length,
    };
    expect(answer).toEqual({
      layers: [
        { layerDigest: unknown, layerAvailability: "UNAVAILABLE" },
        available,
        { layerDigest: "sha512:ab", layerAvailability: "UNAVAILABLE" },
        available,
      ],
      failures: [
        {
          layerDigest: "no digest",
          failureCode: "InvalidLayerDigest",
          failureReason:
            "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        },
        ...["", ""].map((layerDigest) => ({
          layerDigest,
          failureCode: "MissingLayerDigest",
          failureReason: "Invalid request parameters: layer digest cannot be null",
        })),
      ],
    });
  });

  it("knows configs too, with the media type that the manifest gives them", async () => {
    await registry.pushImage("team/app", "one");
    const config = digestOf(JSON.stringify({ content: "one" }));
    const { layers } = await registry.ask(batchCheckLayerAvailability, {
      repositoryName: "team/app",
      layerDigests: [config],
    });
    expect(layers?.[0]).toMatchObject({ layerAvailability: "AVAILABLE", mediaType: ociConfig });
  });

  it("does not see what other repositories hold", async () => {
    await registry.createRepository("team/other");
    const held = await registry.pushLayer("team/other", Buffer.from("a layer"));
    const { layers } = await registry.ask(batchCheckLayerAvailability, {
      repositoryName: "team/app",
      layerDigests: [held],
    });
    expect(layers?.[0]?.layerAvailability).toBe("UNAVAILABLE");
  });
});
