import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  digestOf,
  imageManifest,
  ociConfig,
  ociManifest,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { listImageReferrers } from "./list-image-referrers.ts";

describe("ListImageReferrers", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository("team/app");
  });
  afterEach(() => registry.close());

  const repositoryName = "team/app";

  const empty = Buffer.from("{}");

  function refer(subject: string, name: string, more: object = {}): Promise<string> {
    return registry.putManifest(repositoryName, {
      ...imageManifest(empty),
      subject: { mediaType: ociManifest, digest: subject, size: 1 },
      annotations: { name },
      ...more,
    });
  }

  it("tells of each manifest that names the subject", async () => {
    const subject = await registry.pushImage(repositoryName, "one");
    await registry.pushLayer(repositoryName, empty);
    const artifactType = "application/vnd.example.sbom";
    const sbom = await refer(subject, "sbom", { artifactType });
    const other = await refer(subject, "other");
    const subjectId = { imageDigest: subject };
    const { referrers } = await registry.ask(listImageReferrers, { repositoryName, subjectId });
    expect(referrers).toHaveLength(2);
    expect(referrers).toContainEqual({
      digest: sbom,
      mediaType: ociManifest,
      artifactType,
      size: (await registry.manifestText(repositoryName, sbom)).length,
      annotations: { name: "sbom" },
      artifactStatus: "ACTIVE",
    });
    expect(referrers?.find(({ digest }) => digest === other)?.artifactType).toBe(ociConfig);

    const filter = { artifactTypes: [artifactType] };
    const input = { repositoryName, subjectId, filter };
    const narrowed = await registry.ask(listImageReferrers, input);
    expect(narrowed.referrers?.map(({ digest }) => digest)).toEqual([sbom]);
    const archived = { ...input, filter: { artifactStatus: "ARCHIVED" } };
    expect(await registry.ask(listImageReferrers, archived)).toEqual({ referrers: [] });
  });

  it("pages in 20, and in no more than 50", async () => {
    const subject = digestOf("not pushed yet");
    await registry.pushLayer(repositoryName, empty);
    const pushed: string[] = [];
    for (let number = 0; number < 23; number += 1) pushed.push(await refer(subject, `${number}`));
    const input = { repositoryName, subjectId: { imageDigest: subject } };
    const first = await registry.ask(listImageReferrers, input);
    expect(first.referrers).toHaveLength(20);
    const { nextToken } = first;
    const second = await registry.ask(listImageReferrers, { ...input, nextToken });
    expect(second.nextToken).toBeUndefined();
    const seen = [...(first.referrers ?? []), ...(second.referrers ?? [])];
    expect(seen.map(({ digest }) => digest).toSorted()).toEqual(pushed.toSorted());
    const asked = registry.ask(listImageReferrers, { ...input, maxResults: 51 });
    await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("is empty for a subject that is not there", async () => {
    for (const imageDigest of [digestOf("none"), "sha512:ab"]) {
      const input = { repositoryName, subjectId: { imageDigest } };
      expect(await registry.ask(listImageReferrers, input)).toEqual({ referrers: [] });
    }
  });

  it("asks for the permission to pull, since it has none of its own", () => {
    expect(listImageReferrers.action).toBe("ecr:BatchGetImage");
  });
});
