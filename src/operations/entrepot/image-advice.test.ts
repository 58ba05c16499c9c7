/** What a reviewer would say of an image, where that is not to be had. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { file, layerArchive } from "../../../test/support/layer-archive.ts";
import { debianLayer, ScannedRegistry } from "../../../test/support/scanned-registry.ts";
import type { Digest, Region, RepositoryName } from "../../registry/names.ts";
import { adviceLimits } from "../../registry/scanning/advice/advice-limits.ts";
import { sealDocument } from "../../registry/scanning/sealed-document.ts";
import { getImageAdvice } from "./get-image-advice.ts";

const repositoryName = "team/app" as RepositoryName;
let scanned: ScannedRegistry;
beforeAll(async () => {
  scanned = await ScannedRegistry.open(repositoryName);
});
afterAll(() => scanned.close());

const advise = (imageDigest: string) =>
  scanned.registry.ask(getImageAdvice, { repositoryName, imageId: { imageDigest } });

/** As analyzers of before have it, which read what those of now refuse. */
async function keepInventory(digest: string): Promise<void> {
  const { ports } = scanned.opened;
  const named = { account, region: "us-east-1" as Region };
  const repository = (await ports.metadata.repositories.find(named, repositoryName))!;
  const image = (await ports.metadata.images.find(repository, digest as Digest))!;
  const document = {
    inventory: { packages: [], unread: [] },
    config: { os: "linux", architecture: "amd64" },
  };
  const sealed = await sealDocument(ports, repository, image, "inventory", document);
  await ports.metadata.transaction(({ scans }) =>
    scans.putInventory(repository, image.digest, {
      ...{ ...sealed, madeBy: "before", names: new Uint8Array() },
    }),
  );
}

describe("GetImageAdvice", () => {
  it("is given whatever white space the steps of an image have", async () => {
    const layer = layerArchive([file("usr/bin/gcc", "")]);
    const digest = await scanned.push(repositoryName, "odd", [layer], {
      history: [{ created_by: "RUN /bin/sh -c make\u000b && \u2028 \f\u00a0 # buildkit" }],
    });
    await scanned.settle();
    const { advice } = await advise(digest);
    expect(advice.map(({ id }) => id)).toContain("build-tools-left");
  });

  it("is refused with the reason for a layer that is refused, and never told of the others alone", async () => {
    const broken = Buffer.from("no archive");
    const digest = await scanned.push(repositoryName, "broken", [debianLayer, broken]);
    await scanned.settle();
    await expect(advise(digest)).rejects.toMatchObject({ kind: "ScanNotFound" });
    await keepInventory(digest);
    await expect(advise(digest)).rejects.toMatchObject({
      kind: "InvalidParameter",
      message: expect.stringMatching(/^The image's layers can't be read: ./),
    });
  });

  it("is refused for more paths than are looked at, named by archives or not", async () => {
    const deep = layerArchive([file(`${"d/".repeat(40)}file`, "x")]);
    const digest = await scanned.push(repositoryName, "deep", [debianLayer, deep]);
    await scanned.settle();
    await expect(advise(digest)).resolves.toMatchObject({ imageDigest: digest });
    const { pathParts } = adviceLimits;
    Object.assign(adviceLimits, { pathParts: 40 });
    try {
      await expect(advise(digest)).rejects.toMatchObject({
        ...{ kind: "InvalidParameter", message: expect.stringContaining("more than 40 paths") },
      });
    } finally {
      Object.assign(adviceLimits, { pathParts });
    }
  });
});
