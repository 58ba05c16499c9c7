import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  deployment,
  digestOf,
  imageManifest,
  ociIndex,
  ociManifest,
  TestRegistry,
} from "../../../test/support/ecr.ts";
import { type TestStatement, userWith } from "../../../test/support/identity.ts";
import { file, layerArchive } from "../../../test/support/layer-archive.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { TestAdvisories } from "../../../test/support/scanner.ts";
import { isRegistryError } from "../../registry/errors.ts";
import { eventRouter } from "../../registry/events/route-events.ts";
import { routeWaiting } from "../../registry/events/route-waiting.ts";
import { gateLimits } from "../../registry/gates/gate-limits.ts";
import { judgeImage } from "../../registry/gates/judge-image.ts";
import { addPushers } from "../../registry/gates/pusher.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { openManifest } from "../../registry/images/get-image.ts";
import type { Digest, RepositoryName } from "../../registry/names.ts";
import { matchAgain } from "../../registry/scanning/match-again.ts";
import { scanPushed } from "../../registry/scanning/scan-pushed.ts";
import { JobRunner } from "../../workers/job-runner.ts";
import { judgeImageJob, judgeRegistryJob } from "../../workers/judge-images-job.ts";
import { scanImageJob } from "../../workers/scan-image-job.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { batchGetImage } from "../ecr/batch-get-image.ts";
import { getDownloadUrlForLayer } from "../ecr/get-download-url-for-layer.ts";
import { listImageReferrers } from "../ecr/list-image-referrers.ts";
import { putImage } from "../ecr/put-image.ts";
import { putRegistryScanningConfiguration } from "../ecr/put-registry-scanning-configuration.ts";
import { startImageScan } from "../ecr/start-image-scan.ts";
import { approveImage } from "./approve-image.ts";
import { deleteGate } from "./delete-gate.ts";
import { deleteWaiver } from "./delete-waiver.ts";
import { getGate } from "./get-gate.ts";
import { getImageManifest } from "./get-image-manifest.ts";
import { getImageSbom } from "./get-image-sbom.ts";
import { getImageVerdict } from "./get-image-verdict.ts";
import { getReview } from "./get-review.ts";
import { listGates } from "./list-gates.ts";
import { listHeldImages } from "./list-held-images.ts";
import { listReviews } from "./list-reviews.ts";
import { putGate } from "./put-gate.ts";
import { putWaiver } from "./put-waiver.ts";
import { quarantineImage } from "./quarantine-image.ts";
import { rejectImage } from "./reject-image.ts";
import { releaseImage } from "./release-image.ts";
import { restoreImages } from "./restore-images.ts";
import { restoreTag } from "./restore-tag.ts";
import { searchAudit } from "./search-audit.ts";

const status = (version: string) =>
  `Package: openssl\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\nMaintainer: Debian <a@debian.org>\n\n`;
const debian = file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
const layerWith = (version: string) =>
  layerArchive([debian, file("var/lib/dpkg/status", status(version))]);
const bad = layerWith("3.0.9-1");
const good = layerWith("3.0.11-1");
const advisory = (id: string, fixed: string, published: string) => ({
  ...{ schema_version: "1.6.0", id: `DEBIAN-${id}`, modified: published, published },
  upstream: [id],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
  affected: [
    {
      package: { ecosystem: "Debian:12", name: "openssl" },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
    },
  ],
});
const dayMs = 24 * 60 * 60 * 1000;
const repositoryName = "team/app";
const registryOfTest = { account, region: deployment.region };

let opened: TestPorts;
let registry: TestRegistry;
let advisories: TestAdvisories;
beforeEach(async () => {
  opened = await testPorts();
  advisories = await TestAdvisories.open();
  await advisories.import(advisory("CVE-2020-1111", "3.0.11-1", "2020-01-01T00:00:00Z"));
  Object.assign(opened.ports, { vulnerabilities: advisories.database });
  registry = new TestRegistry(opened);
  await registry.createRepository(repositoryName);
});
afterEach(async () => {
  await registry.close();
  await advisories.close();
});

async function push(
  layers: readonly Uint8Array[],
  imageTag = "v1",
  { caller = callerOf(account), to = repositoryName } = {},
): Promise<string> {
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", n: imageTag }));
  for (const content of [config, ...layers]) await pushLayerOnce(to, content);
  const input = { repositoryName: to, imageManifest: "", imageTag };
  const manifest = JSON.stringify(imageManifest(config, ...layers));
  const { image } = await registry.ask(putImage, { ...input, imageManifest: manifest }, caller);
  return image?.imageId?.imageDigest ?? "";
}

/** A layer that is there is there. */
async function pushLayerOnce(to: string, content: Uint8Array): Promise<void> {
  await registry.pushLayer(to, content).catch((error: unknown) => {
    if (!isRegistryError(error, "LayerAlreadyExists")) throw error;
  });
}

async function pushIndex(children: readonly string[], imageTag: string): Promise<string> {
  const manifests = children.map((digest) => ({ mediaType: ociManifest, digest, size: 2 }));
  return registry.putManifest(
    repositoryName,
    { schemaVersion: 2, mediaType: ociIndex, manifests },
    { imageTag },
  );
}

const observer = {
  jobDone: () => undefined,
  jobFailed: ({ error }: { readonly error: unknown }) => {
    throw error;
  },
  workerFailed: () => undefined,
};

/** Routes what happened, and does the jobs that follow from it. */
async function settle(): Promise<void> {
  const { ports } = opened;
  const never = () => expect.unreachable();
  const jobs = [scanImageJob, judgeImageJob, judgeRegistryJob(never)];
  for (let round = 0; round < 3; round++) {
    await routeWaiting(ports, scanPushed(ports, eventRouter(ports)));
    const runner = new JobRunner(ports, jobs, { observer });
    while ((await runner.tick()) > 0) await runner.settled();
  }
}

const gate = (rule: object) =>
  registry.ask(putGate, { name: "prod", repositories: ["team/*"], ...rule });

/** `ok`, or why not: by the way of BatchGetImage. */
async function pull(id: string, caller?: Caller, from = repositoryName): Promise<string> {
  const imageIds = [id.includes(":") ? { imageDigest: id } : { imageTag: id }];
  const { failures } = await registry.ask(
    batchGetImage,
    { repositoryName: from, imageIds },
    caller,
  );
  const [failure] = failures ?? [];
  return failure === undefined ? "ok" : `${failure.failureCode}: ${failure.failureReason}`;
}

async function download(content: Uint8Array, caller?: Caller): Promise<string> {
  const layerDigest = digestOf(content);
  try {
    await registry.ask(getDownloadUrlForLayer, { repositoryName, layerDigest }, caller);
    return "ok";
  } catch (error) {
    return (error as { kind: string }).kind;
  }
}

const verdict = async (imageDigest: string) =>
  (await registry.ask(getImageVerdict, { repositoryName, imageId: { imageDigest } })).verdict;
const user = (name: string, ...more: TestStatement[]) =>
  userWith(
    opened.ports,
    { account, name },
    { Effect: "Allow", Action: ["ecr:*", "entrepot:*"], Resource: "*" },
    ...more,
  );

async function told(detailType: string): Promise<readonly Record<string, unknown>[]> {
  const page = { after: 0, limit: 500 };
  const log = await opened.ports.metadata.eventLog.list(registryOfTest, page);
  return log
    .filter(({ event }) => event.detailType === detailType)
    .map(({ event }) => event.detail as Record<string, unknown>);
}

describe("A gate that requires a scan", () => {
  it("holds what is pushed from the moment of its push until a scan has found nothing that blocks", async () => {
    const { gate: put } = await gate({ requireScan: true, blockAtSeverity: "HIGH" });
    expect(put).toMatchObject({
      name: "prod",
      mode: "enforce",
      unsupported: "allow",
      applied: false,
    });
    const [clean, vulnerable] = [await push([good], "clean"), await push([bad], "bad")];
    for (const id of ["clean", clean, "bad", vulnerable]) {
      expect(await pull(id)).toMatch(/^ImageInaccessible: .*gate 'prod': It is not scanned yet.*/);
    }
    expect(await pull(clean)).toContain(`See: entrepot gate explain team/app@${clean}`);
    // To look at it is no way around.
    const looked = registry.ask(getImageManifest, { repositoryName, imageDigest: vulnerable });
    await expect(looked).rejects.toMatchObject({ kind: "ImageHeld" });
    expect([await download(good), await download(bad)]).toEqual([
      ...["LayerInaccessible", "LayerInaccessible"],
    ]);
    await settle();
    expect(await registry.ask(getGate, { name: "prod" })).toMatchObject({
      gate: { applied: true },
    });
    expect([await pull(clean), await download(good)]).toEqual(["ok", "ok"]);
    expect(await pull("bad")).toMatch(/1 finding blocks it: 1 critical/);
    expect(await pull("bad")).not.toMatch(/openssl|CVE/);
    expect(await download(bad)).toBe("LayerInaccessible");
    expect(await verdict(vulnerable)).toMatchObject({
      state: "QUARANTINED",
      reasons: [{ code: "FindingsBlocked", gate: "prod", mode: "enforce" }],
    });
    // Which image is judged first is anybody's guess.
    const verdicts = await told("Entrepot Image Verdict");
    const of = (digest: string) => verdicts.filter((each) => each["image-digest"] === digest);
    expect(of(clean)).toMatchObject([
      { verdict: "PENDING" },
      { verdict: "ALLOWED", "previous-verdict": "PENDING" },
    ]);
    expect(of(vulnerable)).toMatchObject([
      { verdict: "PENDING" },
      {
        ...{ verdict: "QUARANTINED", "image-tags": ["bad"] },
        "pushed-by": [`arn:aws:iam::${account}:root`],
      },
    ]);
    expect(verdicts).toHaveLength(4);
    const { images } = await registry.ask(listHeldImages, {});
    expect(images).toMatchObject([{ repositoryName, imageDigest: vulnerable }]);
    await registry.ask(deleteGate, { name: "prod" });
    await settle();
    expect([await pull("bad"), await download(bad)]).toEqual(["ok", "ok"]);
    expect(await registry.ask(listGates, {})).toEqual({ gates: [] });
  });

  it("judges what is there already, and nothing in other repositories", async () => {
    await registry.createRepository("other/app");
    const digest = await push([bad]);
    await push([bad], "v1", { to: "other/app" });
    await gate({ requireScan: true, blockAtSeverity: "CRITICAL", tags: [] });
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
    expect(await pull("v1", undefined, "other/app")).toBe("ok");
  });

  it("lets artifacts pass or not, as it says, and never what a runtime could run", async () => {
    await gate({ requireScan: true });
    const chart = Buffer.from("chart");
    const config = Buffer.from("{}");
    for (const content of [chart, config, bad]) await registry.pushLayer(repositoryName, content);
    const artifact = (layer: Buffer | Uint8Array, mediaType: string) => ({
      ...{ schemaVersion: 2, mediaType: ociManifest },
      config: { mediaType: "application/vnd.example", digest: digestOf(config), size: 2 },
      layers: [{ mediaType, digest: digestOf(layer), size: layer.length }],
    });
    const asChart = await registry.putManifest(
      repositoryName,
      artifact(chart, "application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
    );
    const disguised = await registry.putManifest(
      repositoryName,
      artifact(bad, "application/vnd.oci.image.layer.v1.tar+gzip"),
    );
    const twice = artifact(bad, "application/vnd.oci.image.layer.v1.tar+gzip");
    twice.layers.push({ ...twice.layers[0]!, mediaType: "application/octet-stream" });
    const namedTwice = await registry.putManifest(repositoryName, twice);
    const ofNewType = await registry.putManifest(
      repositoryName,
      artifact(bad, "application/vnd.oci.image.layer.v2.tar+lz4"),
    );
    expect([await pull(asChart), await download(chart)]).toEqual(["ok", "ok"]);
    for (const id of [disguised, namedTwice, ofNewType]) {
      expect(await pull(id)).toMatch(/not scanned yet/);
    }
    await settle();
    expect(await pull(disguised)).toMatch(
      /can not be scanned: This is no container image: it has no file system\. See/,
    );
    await gate({ requireScan: true, unsupported: "block" });
    await settle();
    expect(await pull(asChart)).toMatch(/no container image/);
  });

  it("only tells, in the mode that reports", async () => {
    await gate({ requireScan: true, blockAtSeverity: "LOW", mode: "report" });
    const digest = await push([bad]);
    expect(await pull(digest)).toBe("ok");
    await settle();
    expect(await pull(digest)).toBe("ok");
    expect(await verdict(digest)).toMatchObject({
      state: "ALLOWED",
      reasons: [{ code: "FindingsBlocked", mode: "report" }],
    });
    const reports = await told("Entrepot Gate Report");
    expect(reports.at(-1)).toMatchObject({ "image-digest": digest, "would-hold": ["prod"] });
  });
});

describe("Ways around a gate", () => {
  it("are shut: another tag, another index, the trash, a push again, a tag that moves", async () => {
    registry.keepTrash(7);
    await gate({ requireScan: true, blockAtSeverity: "HIGH" });
    const digest = await push([bad], "v1");
    await settle();
    const manifest = await heldManifest(digest);
    await registry.putManifest(repositoryName, manifest, { imageTag: "innocent" });
    expect(await pull("innocent")).toMatch(/1 critical/);
    const index = await pushIndex([digest], "index");
    expect(await pull(index)).toMatch(/It lists the image sha256:/);
    await settle();
    expect(await pull("index")).toMatch(/It lists the image sha256:/);
    const ids = { repositoryName, imageIds: [{ imageDigest: index }, { imageDigest: digest }] };
    await registry.ask(batchDeleteImage, ids);
    expect(await download(bad)).toBe("LayerInaccessible");
    await registry.ask(restoreImages, { repositoryName, imageDigests: [digest] });
    const again = { repositoryName, imageIds: [{ imageDigest: digest }] };
    expect(await pull(digest)).toMatch(/can not be pulled/);
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
    await registry.ask(batchDeleteImage, again);
    expect(await push([bad], "v1")).toBe(digest);
    expect(await pull(digest)).toMatch(/not scanned yet/);
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
  });

  it("are shut by tag as well: what gets a tag, and all that it lists, is held until it is judged", async () => {
    await gate({ tags: ["prod-*"], blockAtSeverity: "HIGH", requireScan: true });
    const digest = await push([bad], "v1");
    const index = await pushIndex([digest], "multi");
    await settle();
    expect([await pull(digest), await pull(index)]).toEqual(["ok", "ok"]);
    const manifest = await registry.manifestText(repositoryName, index);
    await registry.putManifest(repositoryName, JSON.parse(manifest), { imageTag: "prod-1" });
    expect([await pull(digest), await pull(index)]).toEqual([
      ...[expect.stringMatching(/not judged yet/), expect.stringMatching(/not judged yet/)],
    ]);
    await settle();
    expect([await pull(digest), await pull("multi")]).toEqual([
      ...[expect.stringMatching(/1 critical/), expect.stringMatching(/It lists/)],
    ]);
    const tag = { repositoryName, imageIds: [{ imageTag: "prod-1" }] };
    await registry.ask(batchDeleteImage, tag);
    await settle();
    expect([await pull(digest), await pull(index)]).toEqual(["ok", "ok"]);
    await registry.ask(restoreTag, { repositoryName, imageTag: "prod-1", imageDigest: digest });
    expect(await pull(digest)).toMatch(/not judged yet/);
  });

  it("are shut for what more untagged indexes list than are looked at", async () => {
    await gate({ tags: ["prod-*"], blockAtSeverity: "HIGH", requireScan: true });
    const digest = await push([bad], "v1");
    const index = (annotations: object) => ({
      ...{ schemaVersion: 2, mediaType: ociIndex, annotations },
      manifests: [{ mediaType: ociManifest, digest, size: 2 }],
    });
    for (const imageTag of ["multi", "prod-1"]) {
      await registry.putManifest(repositoryName, index({}), { imageTag });
    }
    const untagged: string[] = [];
    for (let n = 0; n < 101; n++) {
      untagged.push(await registry.putManifest(repositoryName, index({ n: String(n) })));
    }
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
    for (const id of untagged) expect(await pull(id)).toMatch(/It lists/);
    const tag = { repositoryName, imageIds: [{ imageTag: "prod-1" }] };
    await registry.ask(batchDeleteImage, tag);
    await settle();
    expect(await pull(digest)).toBe("ok");
    const last = untagged.toSorted().at(-1)!;
    expect(await pull(last)).toBe("ok");
  });

  it("are shut for a layer that is held back and named as something else as well", async () => {
    await gate({ requireScan: true, blockAtSeverity: "HIGH" });
    const digest = await push([bad]);
    await settle();
    const config = Buffer.from("{}");
    await registry.pushLayer(repositoryName, config);
    const named = (mediaType: string) => ({ mediaType, digest: digestOf(bad), size: bad.length });
    const wrap = await registry.putManifest(repositoryName, {
      ...{ schemaVersion: 2, mediaType: ociManifest },
      config: { mediaType: "application/vnd.example", digest: digestOf(config), size: 2 },
      layers: [named("application/octet-stream")],
    });
    await registry.putManifest(repositoryName, {
      ...{ schemaVersion: 2, mediaType: ociManifest },
      config: named("application/vnd.oci.image.layer.v1.tar"),
      layers: [{ ...named("application/octet-stream"), digest: digestOf(config), size: 2 }],
    });
    await settle();
    expect(await pull(wrap)).toBe("ok");
    expect([await download(bad), await download(config)]).toEqual(["LayerInaccessible", "ok"]);
    await registry.ask(deleteGate, { name: "prod" });
    await settle();
    expect([await pull(digest), await download(bad)]).toEqual(["ok", "ok"]);
  });

  it("are shut for layers before a manifest names them, but to who may push", async () => {
    const layer = Buffer.from("a layer on its way");
    await registry.pushLayer(repositoryName, layer);
    const pullOnly = await userWith(
      opened.ports,
      { account, name: "puller" },
      { Effect: "Allow", Action: ["ecr:GetDownloadUrlForLayer"], Resource: "*" },
    );
    // ECR has nobody download what no image refers to.
    expect(await download(layer, pullOnly)).toBe("LayerInaccessible");
    await gate({ requireScan: true });
    expect(await download(layer, pullOnly)).toBe("LayerInaccessible");
  });
});

/** Read as the registry itself reads it. */
async function heldManifest(digest: string): Promise<object> {
  const { metadata } = opened.ports;
  const repository = await metadata.repositories.find(
    registryOfTest,
    repositoryName as RepositoryName,
  );
  const image = await metadata.images.find(repository!, digest as Digest);
  return JSON.parse((await openManifest(opened.ports, repository!, image!)).toString()) as object;
}

describe("What blocks", () => {
  const rules: readonly (readonly [rule: object, isPulled: boolean])[] = [
    [{ blockAtSeverity: "CRITICAL" }, false],
    [{ blockAtPriority: 99 }, true],
    [{ blockAtPriority: 20 }, false],
    [{ blockKnownExploited: true }, true],
    [{ blockWhen: [{ StringLike: { CVE: "CVE-2020-*" } }] }, false],
    [
      { blockWhen: [{ Bool: { Ransomware: true } }, { StringEquals: { Package: "openssl" } }] },
      false,
    ],
    [
      { blockWhen: [{ StringEquals: { Package: "openssl" }, Bool: { KnownExploited: "true" } }] },
      true,
    ],
    [{ blockAtSeverity: "HIGH", onlyFixable: true }, false],
  ];

  it("is a severity, a priority, what is exploited or has a fix, or what a condition says", async () => {
    const digest = await push([bad]);
    for (const [rule, isPulled] of rules) {
      await gate({ requireScan: true, ...rule });
      await settle();
      const expected = isPulled ? /^ok$/ : /1 finding blocks it/;
      expect(await pull(digest), JSON.stringify(rule)).toMatch(expected);
    }
  });

  it("is not what is younger than the grace, until it is older", async () => {
    opened.clock.set(Date.parse("2020-01-05T00:00:00Z"));
    await gate({ requireScan: true, blockAtSeverity: "HIGH", graceDays: 10 });
    const digest = await push([bad]);
    await settle();
    expect(await pull(digest)).toBe("ok");
    opened.clock.set(Date.parse("2020-01-10T23:00:00Z"));
    await settle();
    expect(await pull(digest)).toBe("ok");
    opened.clock.set(Date.parse("2020-01-11T00:00:00Z"));
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
  });

  it("is what new advisories say, of an image that could be pulled before", async () => {
    await registry.ask(putRegistryScanningConfiguration, { scanType: "ENHANCED", rules: [] });
    await gate({ requireScan: true, blockAtSeverity: "HIGH" });
    const digest = await push([good]);
    await settle();
    expect(await pull(digest)).toBe("ok");
    await advisories.import(advisory("CVE-2021-2222", "3.0.15-1", "2021-01-01T00:00:00Z"));
    await matchAgain(opened.ports);
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
  });

  it("is not what a waiver is for, until that is taken away or ends", async () => {
    opened.clock.set(Date.parse("2026-01-01T00:00:00Z"));
    await gate({ requireScan: true, blockAtSeverity: "HIGH" });
    const digest = await push([bad]);
    await settle();
    const waiver = {
      ...{ waiverName: "known", vulnerabilityId: "CVE-2020-1111", repositoryFilter: "team/*" },
      ...{ reason: "Not reachable", owner: "team", expiresAt: Date.parse("2026-02-01") / 1000 },
    };
    await registry.ask(putWaiver, waiver);
    await settle();
    expect(await pull(digest)).toBe("ok");
    await registry.ask(deleteWaiver, { waiverName: "known" });
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
    await registry.ask(putWaiver, waiver);
    await settle();
    expect(await pull(digest)).toBe("ok");
    opened.clock.set(Date.parse("2026-02-01T00:00:00Z"));
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
  });

  it("is not forgotten while it is scanned anew, nor when that fails or it was in the trash", async () => {
    registry.keepTrash(7);
    await gate({ blockAtSeverity: "HIGH" });
    const digest = await push([bad]);
    expect(await pull(digest)).toBe("ok");
    await settle();
    expect(await pull(digest)).toMatch(/1 critical/);
    const { ports } = opened;
    const judge = async () => {
      const runner = new JobRunner(ports, [judgeImageJob], { observer });
      const repository = { registry: registryOfTest, id: (await found()).id };
      await judgeImage(ports, repository, digest as Digest);
      while ((await runner.tick()) > 0) await runner.settled();
    };
    const found = async () =>
      (await ports.metadata.repositories.find(registryOfTest, repositoryName as RepositoryName))!;
    opened.clock.advance(2 * dayMs);
    await registry.ask(startImageScan, { repositoryName, imageId: { imageDigest: digest } });
    await judge();
    expect(await pull(digest)).toMatch(/1 critical/);
    const vulnerabilities = ports.vulnerabilities;
    const none = { current: async () => undefined };
    Object.assign(ports, { vulnerabilities: none });
    await settle();
    expect(await verdict(digest)).toMatchObject({ state: "QUARANTINED" });
    Object.assign(ports, { vulnerabilities });
    const ids = { repositoryName, imageIds: [{ imageDigest: digest }] };
    await registry.ask(batchDeleteImage, ids);
    opened.clock.advance(1000);
    await registry.ask(restoreImages, { repositoryName, imageDigests: [digest] });
    await judge();
    expect(await pull(digest)).toMatch(/1 critical/);
    await advisories.import(advisory("CVE-2020-1111", "3.0.1-1", "2020-01-01T00:00:00Z"));
    await settle();
    expect(await pull(digest)).toBe("ok");
  });

  it("is by the gates as they are when the verdict is written, not when it was begun", async () => {
    await gate({ requireScan: true, blockAtSeverity: "HIGH" });
    const digest = (await push([bad])) as Digest;
    await settle();
    const { ports } = opened;
    const found = await ports.metadata.repositories.find(
      registryOfTest,
      repositoryName as RepositoryName,
    );
    const [late, soon] = [judgeImage(ports, found!, digest), gate({ blockKnownExploited: true })];
    await Promise.all([late, soon]);
    await settle();
    expect(await pull(digest)).toBe("ok");
  });

  it("is never said by a rule that could not be meant", async () => {
    const meaningless = [
      {},
      { graceDays: 3, requireScan: true },
      { blockWhen: [{}] },
      { blockWhen: [{ StringEquals: {} }] },
      { blockWhen: [{ StringEquals: { Colour: "red" } }] },
      { blockWhen: [{ NumericEquals: { Severity: "1" } }] },
      { blockWhen: [{ NumericEquals: { Priority: "many" } }] },
      { blockWhen: [{ StringIs: { CVE: "CVE-1" } }] },
      { blockWhen: [{ Bool: { KnownExploited: "yes" } }] },
      { blockAtPriority: 101 },
      { requireScan: true, repositories: [] },
      { requireScan: true, name: "a gate" },
    ];
    for (const rule of meaningless) {
      await expect(gate(rule), JSON.stringify(rule)).rejects.toMatchObject({
        kind: "InvalidParameter",
      });
    }
    expect(await registry.ask(listGates, {})).toEqual({ gates: [] });
  });
});

describe("Quarantine by hand", () => {
  it("holds an image and all that it lists, also when it is deleted and pushed again", async () => {
    const digest = await push([good]);
    const index = await pushIndex([digest], "multi");
    const admin = await user("admin");
    const input = { repositoryName, imageId: { imageDigest: index }, reason: "Found in a breach" };
    const { imageDigests } = await registry.ask(quarantineImage, input, admin);
    expect(imageDigests).toEqual([index, digest]);
    for (const id of [index, digest, "v1"]) expect(await pull(id)).toMatch(/Found in a breach/);
    await settle();
    for (const id of [index, digest, "v1"]) expect(await pull(id)).toMatch(/Found in a breach/);
    const ids = { repositoryName, imageIds: [{ imageDigest: index }, { imageDigest: digest }] };
    await registry.ask(batchDeleteImage, ids);
    expect(await push([good])).toBe(digest);
    expect(await pull(digest)).toMatch(/Found in a breach/);
    await settle();
    expect(await pull(digest)).toMatch(/Found in a breach/);
    const release = { repositoryName, imageId: { imageDigest: digest }, reason: "It was not" };
    await registry.ask(releaseImage, release, admin);
    await settle();
    expect(await pull(digest)).toBe("ok");
    await expect(registry.ask(releaseImage, release)).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
    expect(await told("Entrepot Image Quarantine")).toMatchObject([
      { "action-type": "QUARANTINE", principal: admin.principal.arn, reason: "Found in a breach" },
      { "action-type": "RELEASE", "image-digest": digest },
    ]);
  });
});

describe("What is attached to an image", () => {
  it("counts while it is not held back, and its annotations are not told then", async () => {
    await gate({ requireScan: true });
    const digest = await push([good]);
    const sbom = Buffer.from(
      JSON.stringify({
        ...{ bomFormat: "CycloneDX", specVersion: "1.6" },
        components: [{ type: "library", name: "x", purl: "pkg:npm/lodash@4.17.20" }],
      }),
    );
    const empty = Buffer.from("{}");
    for (const content of [sbom, empty]) await registry.pushLayer(repositoryName, content);
    const described = (mediaType: string, content: Uint8Array) => ({
      ...{ mediaType, digest: digestOf(content), size: content.length },
    });
    const attached = await registry.putManifest(repositoryName, {
      ...{ schemaVersion: 2, mediaType: ociManifest, annotations: { said: "much" } },
      config: described("application/vnd.oci.empty.v1+json", empty),
      layers: [described("application/vnd.cyclonedx+json", sbom)],
      subject: { mediaType: ociManifest, digest, size: 2 },
    });
    const known = async () => {
      await settle();
      const image = { repositoryName, imageId: { imageDigest: digest } };
      const { sbom: told } = await registry.ask(getImageSbom, image);
      const subjectId = { imageDigest: digest };
      const { referrers } = await registry.ask(listImageReferrers, { repositoryName, subjectId });
      return [told.includes("lodash"), referrers?.[0]?.annotations?.said];
    };
    expect(await known()).toEqual([true, "much"]);
    const hand = { repositoryName, imageId: { imageDigest: attached }, reason: "Forged" };
    await registry.ask(quarantineImage, hand);
    expect(await known()).toEqual([false, undefined]);
    await registry.ask(releaseImage, hand);
    expect(await known()).toEqual([true, "much"]);
  });
});

describe("Breaking the glass", () => {
  it("takes a permission that is granted by its name, and is told and recorded", async () => {
    const digest = await push([good]);
    const input = { repositoryName, imageId: { imageDigest: digest }, reason: "Breach" };
    await registry.ask(quarantineImage, input);
    const named = { Effect: "Allow", Action: "entrepot:PullQuarantined", Resource: "*" };
    const everything = await user("everything", { Effect: "Allow", Action: "*", Resource: "*" });
    const denied = await user("denied", named, {
      ...{ Effect: "Deny", Action: "entrepot:Pull*", Resource: "*" },
    });
    const except = await user("except", { Effect: "Allow", NotAction: "iam:*", Resource: "*" });
    for (const caller of [callerOf(account), everything, denied, except]) {
      expect(await pull(digest, caller)).toMatch(/Breach/);
      expect(await download(good, caller)).toBe("LayerInaccessible");
    }
    expect(await told("Entrepot Quarantine Pull")).toEqual([]);
    const fighter = await user("fighter", named);
    expect([await pull(digest, fighter), await download(good, fighter)]).toEqual(["ok", "ok"]);
    await settle();
    expect(await told("Entrepot Quarantine Pull")).toMatchObject([
      { "image-digest": digest, principal: fighter.principal.arn, verdict: "QUARANTINED" },
    ]);
    await opened.ports.memory.audit.flush(opened.ports.metadata);
    const found = await registry.ask(searchAudit, { eventName: "PullQuarantined" });
    expect(JSON.stringify(found)).toContain("breakGlass");
  });
});

describe("A review", () => {
  const approve = (imageDigest: string, caller?: Caller, more: object = {}) =>
    registry.ask(
      approveImage,
      { repositoryName, imageId: { imageDigest }, comment: "Looks good", ...more },
      caller,
    );

  it("is by somebody who did not push it, holds for a digest and its time, and is told to who pushed", async () => {
    const [pusher, reviewer] = [await user("pusher"), await user("reviewer")];
    await gate({ requireReview: true });
    const digest = await push([good], "v1", { caller: pusher });
    expect(await pull(digest)).toMatch(/Nobody has approved it yet/);
    await settle();
    expect(await registry.ask(listReviews, {})).toMatchObject({
      reviews: [{ repositoryName, imageDigest: digest, state: "PENDING", review: "PENDING" }],
    });
    await expect(approve(digest, pusher)).rejects.toMatchObject({ kind: "AccessDenied" });
    const { review } = await approve(digest, reviewer, { days: 30 });
    expect(review).toMatchObject({ decision: "APPROVED", reviewer: reviewer.principal.arn });
    await settle();
    expect(await pull(digest)).toBe("ok");
    expect(await told("Entrepot Image Review")).toMatchObject([
      {
        ...{ "action-type": "APPROVED", comment: "Looks good", "image-digest": digest },
        "pushed-by": [pusher.principal.arn],
      },
    ]);
    const other = await push([good], "v2", { caller: pusher });
    await settle();
    expect(await pull(other)).toMatch(/Nobody has approved it yet/);
    opened.clock.advance(30 * dayMs);
    await settle();
    expect(await pull(digest)).toMatch(/Its approval has ended/);
    const reject = { repositoryName, imageId: { imageDigest: digest }, comment: "Too old" };
    await registry.ask(rejectImage, reject, reviewer);
    expect(await pull(digest)).toMatch(/It was rejected: Too old/);
    await settle();
    expect(await pull(digest)).toMatch(/It was rejected: Too old/);
  });

  it("is not for who has only tagged it, nor for what no gate asks a review of", async () => {
    const [pusher, tagger] = [await user("pusher"), await user("tagger")];
    const digest = await push([good], "v1", { caller: pusher });
    await expect(approve(digest, tagger)).rejects.toMatchObject({ kind: "InvalidParameter" });
    const imageManifest = JSON.stringify(await heldManifest(digest));
    const tag = { repositoryName, imageManifest, imageTag: "prod" };
    await gate({ requireReview: true });
    const text = await heldManifest(digest);
    expect(digestOf(JSON.stringify(text))).toBe(digest);
    await registry.ask(putImage, tag, tagger);
    await expect(approve(digest, tagger)).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("is not for who pushed it before it was deleted, and for nobody where too many did", async () => {
    registry.keepTrash(7);
    const [first, second, reviewer] = [await user("a"), await user("b"), await user("c")];
    await gate({ requireReview: true });
    const digest = await push([good], "v1", { caller: first });
    const ids = { repositoryName, imageIds: [{ imageDigest: digest }] };
    await registry.ask(batchDeleteImage, ids);
    expect(await push([good], "v1", { caller: second })).toBe(digest);
    for (const caller of [first, second]) {
      await expect(approve(digest, caller)).rejects.toMatchObject({ kind: "AccessDenied" });
    }
    await approve(digest, reviewer);
    const { metadata } = opened.ports;
    const found = await metadata.repositories.find(
      registryOfTest,
      repositoryName as RepositoryName,
    );
    const many = Array.from(
      { length: gateLimits.pushers },
      (_, n) => `arn:aws:iam::${account}:user/u${n}`,
    );
    await metadata.transaction((change) => addPushers(change, found!, digest as Digest, many));
    await expect(approve(digest, reviewer)).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("ends when a finding that the gate blocks is new, and lifts no block", async () => {
    await registry.ask(putRegistryScanningConfiguration, { scanType: "ENHANCED", rules: [] });
    await gate({ requireReview: true, requireScan: true, blockAtSeverity: "HIGH" });
    const reviewer = await user("reviewer");
    const [digest, vulnerable] = [await push([good], "v1"), await push([bad], "bad")];
    await settle();
    opened.clock.advance(1000);
    for (const each of [digest, vulnerable]) await approve(each, reviewer);
    await settle();
    expect(await pull(digest)).toBe("ok");
    expect(await pull(vulnerable)).toMatch(/1 critical/);
    opened.clock.advance(1000);
    await advisories.import(advisory("CVE-2021-2222", "3.0.15-1", "2021-01-01T00:00:00Z"));
    await matchAgain(opened.ports);
    await settle();
    expect(await pull(digest)).toMatch(/Its approval has ended/);
    const evidence = await registry.ask(getReview, {
      ...{ repositoryName, imageId: { imageDigest: digest } },
    });
    expect(evidence).toMatchObject({
      ...{ imageDigest: digest, imageTags: ["v1"] },
      verdict: { state: "QUARANTINED", review: "PENDING" },
      reviews: [{ decision: "APPROVED", ended: { because: expect.any(String) } }],
      gates: [{ name: "prod", blocking: 1, findings: [{ vulnerabilityId: "CVE-2021-2222" }] }],
      findings: { total: 1, suppressed: 0, bySeverity: { CRITICAL: 1 }, fixable: 1 },
      ...{
        sbom: { packages: 1, attached: [] },
        signatures: { state: "ABSENT", digests: [], signedBy: [] },
      },
      difference: {
        approved: { imageDigest: vulnerable },
        goneFindings: { total: 1, names: ["CVE-2020-1111 openssl"] },
        addedPackages: { total: 1, names: ["openssl 3.0.11-1"] },
      },
    });
    expect((await told("Entrepot Image Review")).at(-1)).toMatchObject({
      "action-type": "APPROVAL_ENDED",
    });
  });
});
