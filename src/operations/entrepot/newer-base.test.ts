/** An image whose base has moved on: what is said of that, and to whom. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, imageManifest, ociIndex, ociManifest } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { file, layerArchive } from "../../../test/support/layer-archive.ts";
import {
  advisory,
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { createPullThroughCacheRule } from "../ecr/create-pull-through-cache-rule.ts";
import { getImageAdvice } from "./get-image-advice.ts";
import { quarantineImage } from "./quarantine-image.ts";

const base = "base/debian";
const app = "team/app";
const mirror = "mirror/library/debian";
/** Debian 12 with an openssl that is mended, and a zlib that is not. */
const newerLayer = layerArchive([
  file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'),
  file(
    "var/lib/dpkg/status",
    ["openssl 3.0.11-1", "zlib 1.2.13-1"]
      .map((each) => each.split(" "))
      .map(([name, version]) =>
        [
          ...[`Package: ${name}`, "Status: install ok installed", `Version: ${version}`],
          ...["Architecture: amd64", "Maintainer: Debian <a@debian.org>", "", ""],
        ].join("\n"),
      )
      .join(""),
  ),
]);

let scanned: ScannedRegistry;
beforeEach(async () => {
  scanned = await ScannedRegistry.open(base, app, mirror);
  const low = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
  await scanned.advisories.import(
    advisory("DEBIAN-CVE-2026-2222", "Debian:12", "zlib", "1:9", {
      ...{ upstream: ["CVE-2026-2222"], severity: [{ type: "CVSS_V3", score: low }] },
    }),
  );
});
afterEach(() => scanned.close());

const ask: ScannedRegistry["registry"]["ask"] = (...given) => scanned.registry.ask(...given);
type Caller = Parameters<typeof ask>[2];

async function advise(imageDigest: string, caller?: Caller) {
  const input = { repositoryName: app, imageId: { imageDigest } };
  return (await ask(getImageAdvice, input, caller)).advice;
}
async function outdated(imageDigest: string, caller?: Caller) {
  const told = (await advise(imageDigest, caller)).filter(({ id }) => id === "outdated-base");
  expect(told.length).toBeLessThan(2);
  return told[0];
}
const arn = (name: string) => `arn:aws:ecr:us-east-1:${account}:repository/${name}`;
const labels = (Labels: object) => ({ config: { Labels } });
const named = (name: string, digest?: string) =>
  labels({
    "org.opencontainers.image.base.name": name,
    ...(digest !== undefined && { "org.opencontainers.image.base.digest": digest }),
  });

async function moved(repository = base): Promise<{ old: string; now: string }> {
  const old = await scanned.push(repository, "12", [debianLayer], { n: "old" });
  scanned.registry.clock.advance(1_000);
  const now = await scanned.push(repository, "12", [newerLayer], { n: "now" });
  return { old, now };
}

describe("advice on an image whose base has moved on", () => {
  it("tells the newer one, and what moving to it mends and brings, of a base that its layers tell", async () => {
    const old = await scanned.push(base, "12", [debianLayer]);
    const image = await scanned.push(app, "v1", [debianLayer, lodashLayer]);
    await scanned.settle();
    expect(await outdated(image)).toBeUndefined();
    scanned.registry.clock.advance(1_000);
    const now = await scanned.push(base, "12", [newerLayer], { n: "now" });
    await scanned.settle();
    expect(await outdated(image)).toEqual({
      id: "outdated-base",
      severity: "high",
      title: "There is a newer `localhost:5050/base/debian:12`",
      reason: `The image was built on ${old}; the tag leads to ${now} now. To move to it mends 1 finding (1 critical), and brings 1 finding (1 low); 0 findings stay.`,
      fix: `Build again with \`--pull\`, or pin it: \`FROM localhost:5050/base/debian:12@${now}\`.`,
      base: {
        ...{ name: "localhost:5050/base/debian:12", repositoryName: base, tag: "12" },
        ...{ usedDigest: old, newestDigest: now, taggedDigest: now },
        ...{ isNewer: true, isHeld: false },
        findings: { fixed: { CRITICAL: 1 }, gained: { LOW: 1 }, same: 0 },
      },
    });
    // The image's own tags, and what is built on the newer one, say nothing of it.
    const again = await scanned.push(app, "v2", [newerLayer, lodashLayer]);
    await scanned.settle();
    expect(await outdated(again)).toBeUndefined();
  });

  it("goes by what the image, or its manifest, says of its base, also where that is gone", async () => {
    const { old, now } = await moved();
    const labelled = await scanned.push(
      app,
      "a",
      [debianLayer],
      named(`localhost:5050/${base}:12`, old),
    );
    const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64" }));
    await scanned.pushLayer(app, config);
    const annotated = await scanned.registry.putManifest(app, {
      ...imageManifest(config, debianLayer),
      annotations: named(`localhost:5050/${base}:12`, old).config.Labels,
    });
    const current = await scanned.push(
      app,
      "c",
      [debianLayer],
      named(`localhost:5050/${base}:12`, now),
    );
    await scanned.settle();
    const told = { base: { usedDigest: old, newestDigest: now, findings: { same: 0 } } };
    expect(await outdated(labelled)).toMatchObject(told);
    expect(await outdated(annotated)).toMatchObject(told);
    expect(await outdated(current)).toBeUndefined();
    await ask(batchDeleteImage, { repositoryName: base, imageIds: [{ imageDigest: old }] });
    const gone = await outdated(labelled);
    expect(gone).toMatchObject({
      severity: "medium",
      base: { usedDigest: old, newestDigest: now },
    });
    expect(gone).not.toHaveProperty("base.findings");
    expect(gone?.reason).toContain("is not known");
  });

  it("tells the image for the same platform of a tag that leads to an index", async () => {
    const platform = { os: "linux", architecture: "amd64" };
    const [arm, old, now] = [
      await scanned.push(base, "arm", [lodashLayer], { architecture: "arm64" }),
      await scanned.push(base, "x", [debianLayer]),
      await scanned.push(base, "y", [newerLayer]),
    ];
    const index = (digest: string) =>
      scanned.registry.putManifest(
        base,
        {
          ...{ schemaVersion: 2, mediaType: ociIndex },
          manifests: [
            {
              ...{ mediaType: ociManifest, size: 2 },
              digest: arm,
              platform: { os: "linux", architecture: "arm64" },
            },
            { ...{ mediaType: ociManifest, size: 2 }, digest, platform },
          ],
        },
        { imageTag: "12" },
      );
    const before = await index(old);
    const taggedDigest = await index(now);
    const image = await scanned.push(
      app,
      "v1",
      [debianLayer],
      named(`localhost:5050/${base}:12`, before),
    );
    await scanned.settle();
    expect(await outdated(image)).toMatchObject({
      fix: expect.stringContaining(`:12@${taggedDigest}`),
      base: {
        usedDigest: old,
        newestDigest: now,
        taggedDigest,
        findings: { fixed: { CRITICAL: 1 } },
      },
    });
  });

  it("finds what came from another registry in the cache of it", async () => {
    const { old, now } = await moved(mirror);
    const image = await scanned.push(
      app,
      "v1",
      [debianLayer, lodashLayer],
      named("debian:12", old),
    );
    await scanned.settle();
    expect(await outdated(image)).toMatchObject({ base: { repositoryName: mirror } }); // By its layers.
    const plain = await scanned.push(app, "v2", [lodashLayer], named("debian:12", old));
    await scanned.settle();
    expect(await outdated(plain)).toBeUndefined();
    await ask(createPullThroughCacheRule, {
      ...{ ecrRepositoryPrefix: "mirror", upstreamRegistryUrl: "https://registry-1.docker.io" },
    });
    expect(await outdated(plain)).toMatchObject({
      base: { repositoryName: mirror, tag: "12", usedDigest: old, newestDigest: now },
    });
  });

  it("tells later versions under other tags, with what each changes, beside a newer build of the same", async () => {
    const old = await scanned.push(base, "12-slim", [debianLayer], { n: "12" });
    const image = await scanned.push(app, "v1", [debianLayer, lodashLayer]);
    await scanned.push(base, "13-slim", [lodashLayer], { n: "13", architecture: "arm64" });
    await scanned.push(base, "13", [newerLayer], { n: "of another kind" });
    await scanned.settle();
    const advice = async () =>
      (await advise(image)).filter(({ id }) => id === "later-base" || id === "outdated-base");
    // Neither for another platform, nor of another kind.
    expect(await advice()).toEqual([]);
    const next = await scanned.push(base, "14-slim", [newerLayer], { n: "14" });
    await scanned.push(base, "15-slim", [debianLayer], { n: "15" });
    await scanned.settle();
    // What has the same files as the base in use is no other base.
    expect(await advice()).toEqual([
      {
        id: "later-base",
        severity: "medium",
        title: "There is a later version of the base, `localhost:5050/base/debian:14-slim`",
        reason:
          "The image was built on `12-slim` of it. To move to it mends 1 finding (1 critical), and brings 1 finding (1 low); 0 findings stay.",
        fix: `Try \`FROM localhost:5050/base/debian:14-slim@${next}\`: other versions of packages may be in it.`,
        base: {
          ...{ name: "localhost:5050/base/debian:14-slim", repositoryName: base, tag: "14-slim" },
          ...{ usedTag: "12-slim", usedDigest: old, newestDigest: next, taggedDigest: next },
          ...{ isNewer: true, isHeld: false },
          findings: { fixed: { CRITICAL: 1 }, gained: { LOW: 1 }, same: 0 },
        },
      },
    ]);
    scanned.registry.clock.advance(1_000);
    const rebuilt = await scanned.push(base, "12-slim", [newerLayer], { n: "12 again" });
    await scanned.settle();
    expect(
      (await advice()).map(({ id, base: of }) => [id, of?.tag, of?.newestDigest]).toSorted(),
    ).toEqual([
      ["later-base", "14-slim", next],
      ["outdated-base", "12-slim", rebuilt],
    ]);
    const blind = await userWith(...([scanned.opened.ports, { account, name: "blind" }] as const), {
      Effect: "Allow",
      Action: "entrepot:GetImageAdvice",
      Resource: arn(app),
    });
    const seen = (await advise(image, blind)).map(({ id }) => id);
    expect(seen).not.toContain("later-base");
  });

  it("says that a gate or a quarantine holds the newer one back", async () => {
    const { now } = await moved();
    const image = await scanned.push(app, "v1", [debianLayer, lodashLayer]);
    await scanned.settle();
    const held = { repositoryName: base, imageId: { imageDigest: now }, reason: "it breaks" };
    await ask(quarantineImage, held);
    expect(await outdated(image)).toMatchObject({
      ...{ severity: "low", base: { isHeld: true } },
      fix: expect.stringMatching(/holds it back at the moment/),
    });
  });

  it("tells nothing of a repository that the caller may not see, and no findings without the right to them", async () => {
    const { now } = await moved();
    const byLayers = await scanned.push(app, "v1", [debianLayer, lodashLayer]);
    const byName = await scanned.push(app, "v2", [debianLayer], named(`localhost:5050/${base}:12`));
    await scanned.settle();
    const user = async (name: string, ...Action: string[]) =>
      userWith(
        ...([scanned.opened.ports, { account, name }] as const),
        ...[
          { Effect: "Allow", Action: "entrepot:GetImageAdvice", Resource: arn(app) },
          ...(Action.length === 0 ? [] : [{ Effect: "Allow", Action, Resource: arn(base) }]),
        ],
      );
    const blind = await user("blind", "ecr:DescribeImageScanFindings", "entrepot:*");
    const images = await user("images", "ecr:DescribeImages");
    const both = await user("both", "ecr:DescribeImages", "ecr:DescribeImageScanFindings");
    const seen = new Map<string, unknown>();
    for (const image of [byLayers, byName]) {
      expect(await outdated(image, both)).toMatchObject({ base: { findings: { same: 0 } } });
      const told = await outdated(image, images);
      expect(told).toMatchObject({ severity: "medium", base: { newestDigest: now } });
      expect(told).not.toHaveProperty("base.findings");
      seen.set(image, await advise(image, blind));
    }
    // As if it had never been there.
    const imageIds = [{ imageTag: "12" }];
    await ask(batchDeleteImage, { repositoryName: base, imageIds });
    for (const image of [byLayers, byName]) {
      expect(await outdated(image)).toBeUndefined();
      expect(seen.get(image)).toEqual(await advise(image));
    }
  });
});
