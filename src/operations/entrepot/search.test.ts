import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  digestOf,
  imageManifest,
  ociIndex,
  ociManifest,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { tagResource } from "../ecr/tag-resource.ts";
import { getImageOverview } from "./get-image-overview.ts";
import { listNamespaces } from "./list-namespaces.ts";
import { previewDeletion } from "./preview-deletion.ts";
import { searchImages } from "./search-images.ts";
import { searchRepositories } from "./search-repositories.ts";

describe("searches", () => {
  let scanned: ScannedRegistry;
  beforeEach(async () => {
    scanned = await ScannedRegistry.open("team/app", "team/web", "other/app");
  });
  afterEach(() => scanned.close());
  const ask: ScannedRegistry["registry"]["ask"] = (...asked) => scanned.registry.ask(...asked);

  it("tell of repositories what is counted and found in them, page by page", async () => {
    await scanned.push("team/app", "v1", [debianLayer]);
    await scanned.settle();
    const first = await ask(searchRepositories, { sortBy: "SEVERITY", sortOrder: "DESCENDING" });
    expect(first.totalCount).toBe(3);
    expect(first.repositories[0]).toMatchObject({
      ...{ repositoryName: "team/app", imageCount: 1, worstSeverity: "CRITICAL" },
      ...{ lastPushedAt: expect.any(Number), recentPullCount: 0 },
    });
    expect(first.repositories[1]).not.toHaveProperty("worstSeverity");
    const one = await ask(searchRepositories, { maxResults: 2 });
    const rest = await ask(searchRepositories, { maxResults: 2, nextToken: one.nextToken });
    const names = [...one.repositories, ...rest.repositories].map((each) => each.repositoryName);
    expect(names).toEqual(["other/app", "team/app", "team/web"]);
    expect(rest.nextToken).toBeUndefined();
    const other = { maxResults: 2, nextToken: one.nextToken, word: "app" };
    await expect(ask(searchRepositories, other)).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
    const found = await ask(searchRepositories, { minimumSeverity: "HIGH" });
    expect([found.totalCount, found.repositories.length]).toEqual([1, 1]);
  });

  it("tell the tags of repositories to who may list them", async () => {
    const arn = (name: string) => `arn:aws:ecr:us-east-1:${account}:repository/${name}`;
    const tags = [{ Key: "team", Value: "blue" }];
    for (const name of ["team/app", "team/web"]) {
      await ask(tagResource, { resourceArn: arn(name), tags });
    }
    const caller = await userWith(
      scanned.opened.ports,
      { account, name: "dev" },
      { Effect: "Allow", Action: "entrepot:SearchRepositories", Resource: "*" },
      { Effect: "Allow", Action: "ecr:ListTagsForResource", Resource: arn("team/web") },
    );
    const told = async (...by: [] | [typeof caller]) => {
      const { repositories } = await ask(searchRepositories, {}, ...by);
      return repositories.map((each) => [each.repositoryName, each.tags]);
    };
    expect(await told()).toEqual([
      ["other/app", []],
      ["team/app", tags],
      ["team/web", tags],
    ]);
    expect(await told(caller)).toEqual([
      ["other/app", undefined],
      ["team/app", undefined],
      ["team/web", tags],
    ]);
  });

  it("show repositories as a tree, to who may search them", async () => {
    await scanned.push("team/app", "v1", [debianLayer]);
    const top = await ask(listNamespaces, { sortBy: "REPOSITORIES", sortOrder: "DESCENDING" });
    expect(top).toMatchObject({
      totalCount: 2,
      entries: [
        { namespace: "team/", repositoryCount: 2, imageCount: 1, lastPushedAt: expect.any(Number) },
        { namespace: "other/", repositoryCount: 1, imageCount: 0, sizeInBytes: 0 },
      ],
    });
    expect(top.entries[0]?.sizeInBytes).toBeGreaterThan(debianLayer.length);
    const one = await ask(listNamespaces, { prefix: "team/", maxResults: 1 });
    const { nextToken } = one;
    const rest = await ask(listNamespaces, { prefix: "team/", maxResults: 1, nextToken });
    const names = [...one.entries, ...rest.entries].map(({ repositoryName }) => repositoryName);
    expect(names).toEqual(["team/app", "team/web"]);
    const arn = (name: string) => `arn:aws:ecr:us-east-1:${account}:repository/${name}`;
    const Action = "entrepot:SearchRepositories";
    const caller = await userWith(
      scanned.opened.ports,
      { account, name: "dev" },
      { Effect: "Allow", Action, Resource: arn("team/*") },
      { Effect: "Deny", Action, Resource: arn("team/web") },
    );
    const seen = await ask(listNamespaces, { prefix: "team/" }, caller);
    expect(seen.entries.map(({ repositoryName }) => repositoryName)).toEqual(["team/app"]);
    await expect(ask(listNamespaces, {}, caller)).rejects.toMatchObject({ kind: "AccessDenied" });
    for (const prefix of ["team", "/", "Team/", "a//"]) {
      await expect(ask(listNamespaces, { prefix })).rejects.toMatchObject({
        kind: "InvalidParameter",
      });
    }
  });

  it("show a user the repositories of the prefix that is granted, without the one that is denied", async () => {
    const arn = (name: string) => `arn:aws:ecr:us-east-1:${account}:repository/${name}`;
    const Action = "entrepot:SearchRepositories";
    const caller = await userWith(
      scanned.opened.ports,
      { account, name: "dev" },
      { Effect: "Allow", Action, Resource: arn("team/*") },
      { Effect: "Deny", Action, Resource: arn("team/web") },
    );
    await expect(ask(searchRepositories, {}, caller)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    const { repositories } = await ask(searchRepositories, { prefix: "team/" }, caller);
    expect(repositories.map((each) => each.repositoryName)).toEqual(["team/app"]);
  });

  it("fold what an index lists and what is attached into one row", async () => {
    const digest = await scanned.push("team/app", "v1", [debianLayer]);
    const size = Buffer.byteLength(await scanned.registry.manifestText("team/app", digest));
    const platform = { os: "linux", architecture: "arm64", variant: "v8" };
    const manifests = [{ mediaType: ociManifest, digest, size, platform }];
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    const more = { imageTag: "latest" };
    const listed = await scanned.registry.putManifest("team/app", index, more);
    const empty = Buffer.from("{}");
    await scanned.registry.pushLayer("team/app", empty);
    const descriptor = { digest: digestOf(empty), size: empty.length };
    const artifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";
    await scanned.registry.putManifest("team/app", {
      ...{ schemaVersion: 2, mediaType: ociManifest, artifactType, layers: [] },
      config: { mediaType: "application/vnd.oci.empty.v1+json", ...descriptor },
      subject: { mediaType: ociIndex, digest: listed, size: JSON.stringify(index).length },
    });
    await scanned.settle();
    const { totalCount, images } = await ask(searchImages, { repositoryName: "team/app" });
    expect(totalCount).toBe(1);
    expect(images).toMatchObject([
      {
        ...{ imageDigest: listed, imageTags: ["latest"], imageTagCount: 1, signed: true },
        children: [{ imageDigest: digest, platform }],
        referrers: [{ artifactType, count: 1 }],
        ...{ findingSeverityCounts: { CRITICAL: 1 }, imageScanStatus: { status: "ACTIVE" } },
      },
    ]);
  });

  it("tell what comes back when an image goes, which is what a deletion says", async () => {
    const shared = Buffer.from("a layer of all");
    const own = Buffer.from("a layer of one image");
    const everywhere = Buffer.from("a layer of two repositories");
    for (const content of [shared, own, everywhere]) {
      await scanned.registry.pushLayer("team/web", content);
    }
    await scanned.registry.pushLayer("other/app", everywhere);
    const push = (imageTag: string, config: Buffer, ...layers: Buffer[]) =>
      scanned.registry.putManifest("team/web", imageManifest(config, ...layers), { imageTag });
    const first = await push("first", shared, own, everywhere);
    const second = await push("second", shared, everywhere);
    const rows = async () => {
      const { images } = await ask(searchImages, { repositoryName: "team/web" });
      return new Map(images.map((each) => [each.imageDigest, each.uniqueSizeInBytes]));
    };
    const bytesOf = async (digest: string) =>
      Buffer.byteLength(await scanned.registry.manifestText("team/web", digest));
    const before = await rows();
    expect(before.get(first)).toBe((await bytesOf(first)) + own.length);
    expect(before.get(second)).toBe(await bytesOf(second));
    for (const imageDigest of [first, second]) {
      const imageIds = [{ imageDigest }];
      const told = await ask(previewDeletion, { repositoryName: "team/web", imageIds });
      expect(before.get(imageDigest)).toBe(told.freedSizeInBytes);
    }
    // What its own images share is the index's alone, and no image's any more that is in it.
    const manifests = await Promise.all(
      [first, second].map(async (digest) => ({
        ...{ mediaType: ociManifest, digest, size: await bytesOf(digest) },
      })),
    );
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    const listed = await scanned.registry.putManifest("team/web", index, { imageTag: "both" });
    const all = [first, second, listed].map(bytesOf);
    const manifestBytes = (await Promise.all(all)).reduce((sum, bytes) => sum + bytes, 0);
    expect((await rows()).get(listed)).toBe(manifestBytes + shared.length + own.length);
  });

  it("tell what an image is made of, who shares its layers, and nothing of secrets", async () => {
    const secret = ["Zx81Qpl", "M44aa9921"].join("");
    const config = Buffer.from(
      JSON.stringify({
        ...{ os: "linux", architecture: "amd64" },
        config: { User: "app", Env: ["PATH=/bin", `APP_SECRET=${secret}`] },
        history: [
          { created_by: "RUN /bin/sh -c apt-get install openssl # buildkit" },
          { created_by: `ENV APP_SECRET=${secret}`, empty_layer: true },
          { created_by: "COPY app /app # buildkit" },
        ],
        rootfs: { type: "layers", diff_ids: ["sha256:a", "sha256:b"] },
      }),
    );
    for (const name of ["team/app", "team/web", "other/app"]) {
      await scanned.registry.pushLayer(name, debianLayer);
    }
    await scanned.registry.pushLayer("team/app", lodashLayer);
    await scanned.registry.pushLayer("team/app", config);
    const imageDigest = await scanned.registry.putManifest(
      "team/app",
      imageManifest(config, debianLayer, lodashLayer),
      { imageTag: "v1" },
    );
    const input = { repositoryName: "team/app", imageId: { imageTag: "v1" } };
    const overview = await ask(getImageOverview, input);
    expect(overview).toMatchObject({
      image: { imageDigest, platform: { os: "linux", architecture: "amd64" } },
      config: { user: "app", env: ["PATH=/bin", expect.stringContaining("APP_SECRET")] },
      layers: [
        { layerDigest: digestOf(debianLayer), step: { instruction: "RUN" } },
        { sizeInBytes: lodashLayer.length, step: { instruction: "COPY" }, sharedWith: [] },
      ],
      history: [{ isEmptyLayer: false }, { isEmptyLayer: true }, { isEmptyLayer: false }],
    });
    expect([...(overview.layers[0]?.sharedWith ?? [])].sort()).toEqual(["other/app", "team/web"]);
    expect(JSON.stringify(overview)).not.toContain(secret);
    const caller = await userWith(
      scanned.opened.ports,
      { account, name: "dev" },
      {
        ...{ Effect: "Allow", Action: "entrepot:GetImageOverview" },
        Resource: `arn:aws:ecr:us-east-1:${account}:repository/team/*`,
      },
    );
    const seen = await ask(getImageOverview, input, caller);
    expect(seen.layers[0]?.sharedWith).toEqual(["team/web"]);
  });
});
