import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, digestOf } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { directory, file, layerArchive } from "../../../test/support/layer-archive.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { listImagePackages } from "./list-image-packages.ts";
import { listLayerFiles } from "./list-layer-files.ts";

describe("packages of an image", () => {
  const imageId = { imageTag: "v1" };
  const asked = { repositoryName: "app", imageId };
  const licensed = layerArchive([
    file("srv/node_modules/mit/package.json", '{"name":"mit","version":"1.0.0","license":"MIT"}'),
  ]);
  const layers = [debianLayer, lodashLayer, licensed];
  let scanned: ScannedRegistry;
  beforeEach(async () => {
    scanned = await ScannedRegistry.open("app");
  });
  afterEach(() => scanned.close());
  const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);
  const push = () => {
    const rootfs = { type: "layers", diff_ids: layers.map(digestOf) };
    return scanned.push("app", "v1", layers, { rootfs });
  };

  it("are told with the layer and file that brought each, and with what was found in it", async () => {
    const imageDigest = await push();
    await scanned.settle();
    const found = await ask(listImagePackages, asked);
    expect(found).toMatchObject({
      ...{ imageDigest, totalCount: 3, distribution: "Debian 12" },
      ...{ typeCounts: { deb: 1, npm: 2 }, unreadFiles: [], unreadFileCount: 0 },
    });
    expect(found.packages).toEqual([
      {
        ...{ name: "lodash", version: "4.17.20", type: "npm", licenses: [] },
        ...{ packageUrl: "pkg:npm/lodash@4.17.20", layerDigest: digestOf(lodashLayer) },
        ...{ layerDiffId: digestOf(lodashLayer), findingSeverityCounts: { HIGH: 1 } },
        filePath: "app/node_modules/lodash/package.json",
      },
      expect.objectContaining({ name: "mit", licenses: ["MIT"], findingSeverityCounts: {} }),
      expect.objectContaining({
        ...{ name: "openssl", architecture: "amd64", filePath: "var/lib/dpkg/status" },
        ...{ layerDigest: digestOf(debianLayer), findingSeverityCounts: { CRITICAL: 1 } },
      }),
    ]);
  });

  it("are sorted, filtered and counted, page by page", async () => {
    await push();
    await scanned.settle();
    const names = async (input: object) => {
      const { packages, totalCount } = await ask(listImagePackages, { ...asked, ...input });
      expect(totalCount).toBe(packages.length);
      return packages.map(({ name }) => name);
    };
    expect(await names({ sortBy: "LAYER" })).toEqual(["openssl", "lodash", "mit"]);
    const worst = { sortBy: "SEVERITY", sortOrder: "DESCENDING" };
    expect(await names(worst)).toEqual(["openssl", "lodash", "mit"]);
    expect(await names({ sortBy: "TYPE" })).toEqual(["openssl", "lodash", "mit"]);
    expect(await names({ nameWord: "SSL" })).toEqual(["openssl"]);
    expect(await names({ packageTypes: ["npm"] })).toEqual(["lodash", "mit"]);
    expect(await names({ vulnerable: false })).toEqual(["mit"]);
    expect(await names({ licenseWord: "mit" })).toEqual(["mit"]);
    expect(await names({ layerDigest: digestOf(lodashLayer) })).toEqual(["lodash"]);
    const one = await ask(listImagePackages, { ...asked, maxResults: 2 });
    expect([one.totalCount, one.packages.length]).toEqual([3, 2]);
    const { nextToken } = one;
    const rest = await ask(listImagePackages, { ...asked, maxResults: 2, nextToken });
    expect(rest.packages.map(({ name }) => name)).toEqual(["openssl"]);
    expect(rest.nextToken).toBeUndefined();
    const other = ask(listImagePackages, { ...asked, nextToken, sortBy: "LAYER" });
    await expect(other).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("are unknown, and not none, of an image that nobody looked into", async () => {
    await push();
    const unscanned = ask(listImagePackages, asked);
    await expect(unscanned).rejects.toMatchObject({ kind: "ScanNotFound" });
  });

  it("are told to those alone who may ask for them", async () => {
    await push();
    await scanned.settle();
    const caller = await userWith(
      scanned.opened.ports,
      { account, name: "dev" },
      {
        ...{ Effect: "Allow", Action: "entrepot:ListImagePackages" },
        Resource: `arn:aws:ecr:us-east-1:${account}:repository/other`,
      },
    );
    const denied = ask(listImagePackages, asked, caller);
    await expect(denied).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

describe("files of a layer", () => {
  const top = layerArchive([
    directory("app"),
    file("app/large", Buffer.alloc(5_000)),
    file("app/small", "ab", 0o4755),
    file("var/lib/dpkg/.wh.status"),
  ]);
  const layers = [debianLayer, top];
  const imageId = { imageTag: "v1" };
  const asked = { repositoryName: "app", imageId, layerDigest: digestOf(top) };
  let scanned: ScannedRegistry;
  beforeEach(async () => {
    scanned = await ScannedRegistry.open("app");
  });
  afterEach(() => scanned.close());
  const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);

  it("are told by directory, also before the image was scanned", async () => {
    const imageDigest = await scanned.push("app", "v1", layers);
    const root = await ask(listLayerFiles, asked);
    expect(root).toMatchObject({
      ...{ imageDigest, layerSizeInBytes: top.length, path: "", totalCount: 2 },
      sums: { sizeInBytes: 5_002, addedCount: 2, changedCount: 0, removedCount: 1 },
      files: [
        { name: "app", kind: "directory", change: "ADDED", mode: "755", sizeInBytes: 5_002 },
        { name: "var", change: "UNCHANGED", sums: { removedCount: 1, sizeInBytes: 0 } },
      ],
    });
    expect(root.sums.removedSizeInBytes).toBeGreaterThan(50);
    const gone = await ask(listLayerFiles, { ...asked, path: "/var/lib/dpkg/" });
    expect(gone).toMatchObject({
      path: "var/lib/dpkg",
      files: [{ name: "status", kind: "file", change: "REMOVED" }],
    });
    await scanned.settle();
    expect(await ask(listLayerFiles, asked)).toEqual(root);
  });

  it("are sorted and filtered, page by page", async () => {
    await scanned.push("app", "v1", layers);
    const inApp = { ...asked, path: "app", sortBy: "SIZE", sortOrder: "DESCENDING", maxResults: 1 };
    const one = await ask(listLayerFiles, inApp);
    expect(one).toMatchObject({ totalCount: 2, files: [{ name: "large" }] });
    const { nextToken } = one;
    const other = await ask(listLayerFiles, { ...inApp, nextToken });
    expect(other.files).toMatchObject([{ name: "small", mode: "4755", userId: 1000 }]);
    expect(other.nextToken).toBeUndefined();
    const elsewhere = ask(listLayerFiles, { ...inApp, path: "", nextToken });
    await expect(elsewhere).rejects.toMatchObject({ kind: "InvalidParameter" });
    const removed = await ask(listLayerFiles, { ...asked, changes: ["REMOVED"] });
    expect(removed.files.map(({ name }) => name)).toEqual(["var"]);
  });

  it("are refused of layers, directories and images that have none", async () => {
    await scanned.push("app", "v1", [debianLayer]);
    const refusal = (input: object) =>
      ask(listLayerFiles, { ...asked, ...input }).catch(({ kind }: { kind: string }) => kind);
    expect(await refusal({})).toBe("LayersNotFound");
    const layerDigest = digestOf(debianLayer);
    expect(await refusal({ layerDigest, path: "usr" })).toBe("InvalidParameter");
    expect(await refusal({ layerDigest, imageId: { imageTag: "v2" } })).toBe("ImageNotFound");
    const damaged = Buffer.from("no archive at all");
    await scanned.push("app", "v2", [damaged]);
    const ofDamaged = { layerDigest: digestOf(damaged), imageId: { imageTag: "v2" } };
    expect(await refusal(ofDamaged)).toBe("UnsupportedImageType");
  });
});
