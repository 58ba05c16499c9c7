import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, digestOf, ociIndex, ociManifest } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { file, layerArchive } from "../../../test/support/layer-archive.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { compareImages } from "./compare-images.ts";

const npm = (name: string, version: string) =>
  file(`app/node_modules/${name}/package.json`, JSON.stringify({ name, version }));
const nextLayer = layerArchive([npm("lodash", "4.17.21"), npm("extra", "1.0.0")]);

describe("a comparison of images", () => {
  const image = (repositoryName: string, imageTag: string) => ({
    ...{ repositoryName, imageId: { imageTag } },
  });
  const asked = { from: image("app", "1.0"), to: image("app", "1.1") };
  let scanned: ScannedRegistry;
  beforeEach(async () => {
    scanned = await ScannedRegistry.open("app", "web");
  });
  afterEach(() => scanned.close());
  const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);

  it("tells of packages that come, go and move, of findings, and of layers with their bytes", async () => {
    await scanned.push("app", "1.0", [debianLayer, lodashLayer]);
    await scanned.push("app", "1.1", [debianLayer, nextLayer]);
    await scanned.settle();
    const found = await ask(compareImages, asked);
    expect(found.from).toMatchObject({ imageTags: ["1.0"], hasPackages: true, hasFindings: true });
    const change = (kind: string, name: string, fromVersions: string[], toVersions: string[]) => ({
      ...{ change: kind, name, type: "npm", fromVersions, toVersions },
    });
    expect(found.packages).toEqual({
      counts: { ADDED: 1, SAME: 1, UPGRADED: 1 },
      changes: [
        change("ADDED", "extra", [], ["1.0.0"]),
        change("UPGRADED", "lodash", ["4.17.20"], ["4.17.21"]),
      ],
    });
    expect(found.findings).toMatchObject({
      counts: { NEW: 0, FIXED: 1, SAME: 1 },
      changes: [{ change: "FIXED", vulnerabilityId: "CVE-2021-23337", severity: "HIGH" }],
    });
    expect(found.layers).toEqual({
      shared: {
        layers: [{ layerDigest: digestOf(debianLayer), sizeInBytes: debianLayer.length }],
        sizeInBytes: debianLayer.length,
      },
      onlyFrom: expect.objectContaining({ sizeInBytes: lodashLayer.length }),
      onlyTo: expect.objectContaining({ sizeInBytes: nextLayer.length }),
    });
    const turned = await ask(compareImages, { from: asked.to, to: asked.from });
    expect(turned.packages?.counts).toEqual({ DOWNGRADED: 1, REMOVED: 1, SAME: 1 });
    expect(turned.findings?.counts).toEqual({ NEW: 1, FIXED: 0, SAME: 1 });
  });

  it("tells in which settings they differ, and no secret", async () => {
    const secret = ["Zx81Qpl", "M44aa9921"].join("");
    const config = { User: "app", Env: ["A=1", "B=2"], Labels: { version: "1" } };
    const next = { Env: ["A=1", "B=3", `API_TOKEN=${secret}`], Labels: { version: "2" } };
    await scanned.push("app", "1.0", [debianLayer], { config });
    await scanned.push("app", "1.1", [debianLayer], { config: next });
    const found = await ask(compareImages, asked);
    expect(found.config).toEqual([
      { setting: "user", from: "app" },
      { setting: "env B", from: "2", to: "3" },
      { setting: "label version", from: "1", to: "2" },
      { setting: "env API_TOKEN", to: "[hidden]" },
    ]);
    expect(JSON.stringify(found)).not.toContain(secret);
  });

  it("says that it does not know, and not that nothing differs, of what was not scanned", async () => {
    await scanned.push("app", "1.0", [debianLayer]);
    await scanned.settle();
    await scanned.push("app", "1.1", [debianLayer, lodashLayer]);
    const found = await ask(compareImages, asked);
    expect(found).not.toHaveProperty("packages");
    expect(found).not.toHaveProperty("findings");
    expect([found.from.hasPackages, found.to.hasPackages]).toEqual([true, false]);
    expect(found.layers.onlyTo.layers).toHaveLength(1);
  });

  it("takes the right to both images, and no index", async () => {
    await scanned.push("app", "1.0", [debianLayer]);
    const digest = await scanned.push("web", "1.1", [debianLayer]);
    const across = { from: asked.from, to: image("web", "1.1") };
    const caller = await userWith(
      scanned.opened.ports,
      { account, name: "dev" },
      {
        ...{ Effect: "Allow", Action: "entrepot:CompareImages" },
        Resource: `arn:aws:ecr:us-east-1:${account}:repository/app`,
      },
    );
    const denied = ask(compareImages, across, caller);
    await expect(denied).rejects.toMatchObject({ kind: "AccessDenied" });
    expect((await ask(compareImages, across)).to.repositoryName).toBe("web");
    const size = Buffer.byteLength(await scanned.registry.manifestText("web", digest));
    const manifests = [{ mediaType: ociManifest, digest, size }];
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    await scanned.registry.putManifest("web", index, { imageTag: "all" });
    const ofIndex = ask(compareImages, { from: asked.from, to: image("web", "all") });
    await expect(ofIndex).rejects.toMatchObject({ kind: "UnsupportedImageType" });
  });
});
