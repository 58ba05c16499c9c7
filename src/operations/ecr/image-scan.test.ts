import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deployment, digestOf, imageManifest, TestRegistry } from "../../../test/support/ecr.ts";
import { file, layerArchive } from "../../../test/support/layer-archive.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { TestAdvisories } from "../../../test/support/scanner.ts";
import { eventRouter } from "../../registry/events/route-events.ts";
import { routeWaiting } from "../../registry/events/route-waiting.ts";
import { matchAgain } from "../../registry/scanning/match-again.ts";
import { scanPushed } from "../../registry/scanning/scan-pushed.ts";
import { JobRunner } from "../../workers/job-runner.ts";
import { matchAgainJob } from "../../workers/match-again-job.ts";
import { reclaimOnce } from "../../workers/reclaim.ts";
import { scanImageJob } from "../../workers/scan-image-job.ts";
import { getImageAdvice } from "../entrepot/get-image-advice.ts";
import { getImageSbom } from "../entrepot/get-image-sbom.ts";
import { listImageFindings } from "../entrepot/list-image-findings.ts";
import { describeImageScanFindings } from "./describe-image-scan-findings.ts";
import { describeImages } from "./describe-images.ts";
import { putRegistryScanningConfiguration } from "./put-registry-scanning-configuration.ts";
import { startImageScan } from "./start-image-scan.ts";
import { updateImageStorageClass } from "./update-image-storage-class.ts";

const status = (name: string, version: string) =>
  `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\nMaintainer: Debian <a@debian.org>\n\n`;
const debian = file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
const base = layerArchive([debian, file("var/lib/dpkg/status", status("openssl", "3.0.9-1"))]);
const lodash = layerArchive([
  file("app/node_modules/lodash/package.json", '{"name":"lodash","version":"4.17.20"}'),
]);
const advisory = (id: string, ecosystem: string, name: string, fixed: string, more: object) => ({
  ...{ schema_version: "1.6.0", id, modified: "2026-08-01T00:00:00Z" },
  affected: [
    {
      package: { ecosystem, name },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
    },
  ],
  ...more,
});
const critical = [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }];
const ofOpenssl = advisory("DEBIAN-CVE-2023-1111", "Debian:12", "openssl", "3.0.11-1", {
  upstream: ["CVE-2023-1111"],
  severity: critical,
});
const ofLodash = advisory("GHSA-35jh-r3h4-6jhm", "npm", "lodash", "4.17.21", {
  aliases: ["CVE-2021-23337"],
  database_specific: { severity: "HIGH" },
});

let opened: TestPorts;
let registry: TestRegistry;
let advisories: TestAdvisories;
beforeEach(async () => {
  opened = await testPorts();
  advisories = await TestAdvisories.open();
  await advisories.import(ofOpenssl, ofLodash);
  Object.assign(opened.ports, { vulnerabilities: advisories.database });
  registry = new TestRegistry(opened);
  await registry.createRepository("team/app");
});
afterEach(async () => {
  await registry.close();
  await advisories.close();
});

const repositoryName = "team/app";
const registryOfTest = { account: deployment.account, region: deployment.region };

async function push(
  layers: readonly Uint8Array[],
  { imageTag = "v1", repositoryName: to = repositoryName } = {},
): Promise<string> {
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", n: imageTag }));
  for (const content of [config, ...layers]) await registry.pushLayer(to, content);
  return registry.putManifest(to, imageManifest(config, ...layers), { imageTag });
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
  await routeWaiting(ports, scanPushed(ports, eventRouter(ports)));
  const runner = new JobRunner(ports, [scanImageJob], { observer });
  while ((await runner.tick()) > 0) await runner.settled();
}

const configure = (scanType: string, scanFrequency: string) =>
  registry.ask(putRegistryScanningConfiguration, {
    scanType,
    rules: [{ scanFrequency, repositoryFilters: [{ filter: "team", filterType: "WILDCARD" }] }],
  });
const describeFindings = (imageDigest: string, more: object = {}) =>
  registry.ask(describeImageScanFindings, { repositoryName, imageId: { imageDigest }, ...more });

describe("Basic scanning", () => {
  it("finds, when somebody asks, what the system's packages have, once in a day", async () => {
    const imageDigest = await push([base, lodash]);
    await settle();
    await expect(describeFindings(imageDigest)).rejects.toMatchObject({
      kind: "ScanNotFound",
      message: `Image scan does not exist for the image with '{imageDigest:'${imageDigest}', imageTag:'null'}' in the repository with name 'team/app' in the registry with id '000000000000'`,
    });
    const start = () =>
      registry.ask(startImageScan, { repositoryName, imageId: { imageTag: "v1" } });
    expect(await start()).toMatchObject({
      imageId: { imageDigest, imageTag: "v1" },
      imageScanStatus: { status: "IN_PROGRESS" },
    });
    expect(await describeFindings(imageDigest)).toMatchObject({
      imageScanStatus: { status: "IN_PROGRESS" },
    });
    await settle();
    const found = await describeFindings(imageDigest);
    expect(found).toMatchObject({
      imageScanStatus: {
        status: "COMPLETE",
        description: "The scan was completed successfully.",
      },
      imageScanFindings: {
        findingSeverityCounts: { CRITICAL: 1 },
        findings: [
          {
            name: "CVE-2023-1111",
            severity: "CRITICAL",
            attributes: expect.arrayContaining([
              { key: "package_name", value: "openssl" },
              { key: "package_version", value: "3.0.9-1" },
              { key: "CVSS3_SCORE", value: "9.8" },
            ]),
          },
        ],
      },
    });
    expect(found.imageScanFindings?.enhancedFindings).toBeUndefined();
    // How large the layers are unpacked is known from then on, without opening what is sealed.
    const { metadata } = opened.ports;
    const at = (await metadata.repositories.find(registryOfTest, repositoryName as never))!;
    const layers = await metadata.layers.list(at, { limit: 9 });
    const objects = layers.map(({ object }) => object);
    const unpacked = await metadata.scans.unpackedLayers(registryOfTest, objects);
    expect([...unpacked.values()].toSorted()).toEqual(
      [base, lodash].map(({ length }) => length).toSorted(),
    );
    await expect(start()).rejects.toMatchObject({ kind: "LimitExceeded" });
    opened.clock.advance(24 * 60 * 60 * 1000);
    await start();
  });

  it("scans what is pushed where a rule says so, and tells of it in listings", async () => {
    await configure("BASIC", "SCAN_ON_PUSH");
    const imageDigest = await push([base]);
    await settle();
    const { imageDetails } = await registry.ask(describeImages, { repositoryName });
    expect(imageDetails).toMatchObject([
      {
        imageDigest,
        imageScanStatus: { status: "COMPLETE" },
        imageScanFindingsSummary: { findingSeverityCounts: { CRITICAL: 1 } },
      },
    ]);
  });

  it("looks into layers of files of every type, as Docker names those of zstd", async () => {
    await configure("BASIC", "SCAN_ON_PUSH");
    await push([base]);
    const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "arm64" }));
    await registry.pushLayer(repositoryName, config);
    const manifest = imageManifest(config, base);
    const mediaType = "application/vnd.docker.image.rootfs.diff.tar.zstd";
    const layers = manifest.layers.map((layer) => ({ ...layer, mediaType }));
    const digest = await registry.putManifest(repositoryName, { ...manifest, layers });
    await settle();
    expect((await describeFindings(digest)).imageScanStatus?.status).toBe("COMPLETE");
  });

  it("never calls clean what it can not judge", async () => {
    await configure("BASIC", "SCAN_ON_PUSH");
    const scratch = await push([lodash], { imageTag: "scratch" });
    const damaged = await push([base.subarray(0, 3 * 512 + 40)], { imageTag: "damaged" });
    const unreadable = await push(
      [layerArchive([debian, file("var/lib/dpkg/status", Buffer.alloc(9, 255))])],
      { imageTag: "unreadable" },
    );
    await settle();
    const statusOf = async (digest: string) => {
      const { imageScanStatus, imageScanFindings } = await describeFindings(digest);
      expect(imageScanFindings).toBeUndefined();
      return imageScanStatus?.status;
    };
    expect(await statusOf(scratch)).toBe("UNSUPPORTED_IMAGE");
    expect(await statusOf(damaged)).toBe("FAILED");
    expect(["FAILED", "UNSUPPORTED_IMAGE"]).toContain(await statusOf(unreadable));
  });
});

describe("Enhanced scanning", () => {
  beforeEach(() => configure("ENHANCED", "CONTINUOUS_SCAN"));

  it("finds packages of languages too, with the layer that brought each", async () => {
    const imageDigest = await push([base, lodash]);
    await settle();
    const { imageScanStatus, imageScanFindings } = await describeFindings(imageDigest);
    expect(imageScanStatus?.status).toBe("ACTIVE");
    expect(imageScanFindings).toMatchObject({
      findingSeverityCounts: { CRITICAL: 1, HIGH: 1 },
      enhancedFindings: [
        { title: "CVE-2023-1111 - openssl", severity: "CRITICAL", fixAvailable: "YES" },
        {
          title: "CVE-2021-23337 - lodash",
          severity: "HIGH",
          resources: [{ type: "AWS_ECR_CONTAINER_IMAGE" }],
          packageVulnerabilityDetails: {
            relatedVulnerabilities: ["GHSA-35jh-r3h4-6jhm"],
            vulnerablePackages: [
              {
                ...{ name: "lodash", version: "4.17.20", fixedInVersion: "4.17.21" },
                filePath: "app/node_modules/lodash/package.json",
                sourceLayerHash: digestOf(lodash),
              },
            ],
          },
        },
      ],
    });
    await expect(
      registry.ask(startImageScan, { repositoryName, imageId: { imageDigest } }),
    ).rejects.toMatchObject({ kind: "Validation", message: "This feature is disabled" });
  });

  it("gives findings by the page", async () => {
    const imageDigest = await push([base, lodash]);
    await settle();
    const first = await describeFindings(imageDigest, { maxResults: 1 });
    const second = await describeFindings(imageDigest, { nextToken: first.nextToken });
    const titles = [first, second].map((page) =>
      page.imageScanFindings?.enhancedFindings?.map(({ title }) => title),
    );
    expect(titles).toEqual([["CVE-2023-1111 - openssl"], ["CVE-2021-23337 - lodash"]]);
    expect(second.nextToken).toBeUndefined();
  });

  it("gives each finding once by the page, whatever became likely in between", async () => {
    const another = advisory("DEBIAN-CVE-2023-2222", "Debian:12", "openssl", "3.0.12-1", {
      ...{ upstream: ["CVE-2023-2222"], severity: critical },
    });
    await advisories.import(another);
    const imageDigest = await push([base, lodash]);
    await settle();
    const first = await describeFindings(imageDigest, { maxResults: 1 });
    await advisories.importEpss("CVE-2023-2222,0.9,0.99");
    const image = { repositoryName, imageId: { imageDigest } };
    const { findings } = await registry.ask(listImageFindings, image);
    expect(findings[0]?.vulnerabilityId).toBe("CVE-2023-2222");
    const second = await describeFindings(imageDigest, { nextToken: first.nextToken });
    const told = [first, second].flatMap(
      (page) => page.imageScanFindings?.enhancedFindings?.map(({ title }) => title) ?? [],
    );
    expect(told).toEqual([
      ...["CVE-2023-1111 - openssl", "CVE-2023-2222 - openssl", "CVE-2021-23337 - lodash"],
    ]);
  });

  it("reads a layer once, in however many images it is", async () => {
    const { layerAnalysis } = opened.ports;
    let read = 0;
    Object.assign(opened.ports, {
      layerAnalysis: {
        madeBy: layerAnalysis.madeBy,
        close: () => layerAnalysis.close(),
        analyze: (...given: Parameters<typeof layerAnalysis.analyze>) => {
          read += 1;
          return layerAnalysis.analyze(...given);
        },
      },
    });
    const name = "team/other";
    await registry.createRepository(name);
    await push([base]);
    await push([base, lodash], { repositoryName: name });
    await settle();
    expect(read).toBe(2);
  });

  it("holds what is there against new advisories, reads no layer, and tells what changed", async () => {
    const imageDigest = await push([base, lodash]);
    await settle();
    const { ports, clock } = opened;
    const analyze = () => Promise.reject(new Error("a layer is read"));
    Object.assign(ports, { layerAnalysis: { ...ports.layerAnalysis, analyze } });
    await routeWaiting(ports, eventRouter(ports));
    const logged = await ports.metadata.eventLog.end();
    expect(await matchAgain(ports)).toEqual({ matched: 0, opened: 0, changed: 0, expired: 0 });
    clock.advance(1000);
    const withdrawn = { ...ofOpenssl, withdrawn: "2026-08-02T00:00:00Z" };
    const fresh = advisory("GHSA-p6mc-m468-83gw", "npm", "lodash", "4.17.22", {
      aliases: ["CVE-2026-1001"],
    });
    await advisories.import(withdrawn, fresh);
    expect(await matchAgain(ports)).toEqual({ matched: 1, opened: 1, changed: 1, expired: 0 });
    expect(await matchAgain(ports)).toEqual({ matched: 0, opened: 0, changed: 0, expired: 0 });
    const { imageScanFindings } = await describeFindings(imageDigest);
    expect(imageScanFindings?.findingSeverityCounts).toEqual({ HIGH: 1, UNTRIAGED: 1 });
    await routeWaiting(ports, eventRouter(ports));
    const told = await ports.metadata.eventLog.list(registryOfTest, { after: logged, limit: 9 });
    expect(
      told.map(({ event }) => [event.detailType, event.detail["title"], event.detail["status"]]),
    ).toEqual([
      ["Inspector2 Finding", "CVE-2026-1001 - lodash", "ACTIVE"],
      ["Inspector2 Finding", "CVE-2023-1111 - openssl", "CLOSED"],
    ]);
  });

  it("tells what is in an image as a bill of materials, and what a reviewer would say of it", async () => {
    const imageDigest = await push([base, lodash]);
    const input = { repositoryName, imageId: { imageDigest } };
    await expect(registry.ask(getImageSbom, input)).rejects.toMatchObject({ kind: "ScanNotFound" });
    await settle();
    const cyclonedx = await registry.ask(getImageSbom, input);
    const purls = JSON.parse(cyclonedx.sbom).components.map(({ purl }: { purl: string }) => purl);
    expect(purls).toContain("pkg:npm/lodash@4.17.20");
    expect(purls).toContain("pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12");
    const spdx = await registry.ask(getImageSbom, { ...input, format: "SPDX_2_3" });
    expect(JSON.parse(spdx.sbom).spdxVersion).toBe("SPDX-2.3");
    const { advice } = await registry.ask(getImageAdvice, input);
    expect(advice.map(({ id }) => id)).toContain("runs-as-root");
  });

  it("looks through all scans when advisories change, and else once an hour", async () => {
    let looks = 0;
    const job = matchAgainJob(
      () => undefined,
      () => {
        looks += 1;
      },
    );
    const { ports, clock } = opened;
    const run = () =>
      job.run(ports, null, {
        ...{ registry: undefined, attempt: 1, signal: new AbortController().signal },
        heartbeat: async () => undefined,
      });
    for (const wanted of [1, 1]) {
      await run();
      expect(looks).toBe(wanted);
    }
    await advisories.import(advisory("GHSA-p6mc-m468-83gw", "npm", "lodash", "4.17.22", {}));
    await run();
    expect(looks).toBe(2);
    clock.advance(60 * 60 * 1000);
    await run();
    expect(looks).toBe(3);
  });

  it("scans no more what nobody pushes or pulls", async () => {
    const imageDigest = await push([base]);
    await settle();
    opened.clock.advance(15 * 24 * 60 * 60 * 1000);
    expect(await matchAgain(opened.ports)).toMatchObject({ matched: 0, expired: 1 });
    const { imageScanStatus } = await describeFindings(imageDigest);
    expect(imageScanStatus?.status).toBe("SCAN_ELIGIBILITY_EXPIRED");
  });

  it("forgets what it found once the image was archived, and scans it when it is back", async () => {
    const imageDigest = await push([base]);
    await settle();
    const move = (targetStorageClass: string) =>
      registry.ask(updateImageStorageClass, {
        ...{ repositoryName, imageId: { imageDigest }, targetStorageClass },
      });
    await move("ARCHIVE");
    const archived = await describeFindings(imageDigest);
    expect(archived.imageScanStatus?.status).toBe("IMAGE_ARCHIVED");
    expect(archived.imageScanFindings).toBeUndefined();
    opened.clock.advance(1000);
    await move("STANDARD");
    opened.clock.advance(60_000);
    await reclaimOnce(opened.ports);
    await settle();
    const back = await describeFindings(imageDigest);
    expect(back.imageScanStatus?.status).toBe("ACTIVE");
    expect(back.imageScanFindings?.findingSeverityCounts).toEqual({ CRITICAL: 1 });
  });
});
