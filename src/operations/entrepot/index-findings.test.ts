/** An index is told as one: what is wrong with all that it lists. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imageManifest, ociIndex, ociManifest } from "../../../test/support/ecr.ts";
import { file, layerArchive } from "../../../test/support/layer-archive.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { describeImageScanFindings } from "../ecr/describe-image-scan-findings.ts";
import { describeImages } from "../ecr/describe-images.ts";
import { listImageFindings } from "./list-image-findings.ts";
import { putWaiver } from "./put-waiver.ts";

const repositoryName = "team/app";
let scanned: ScannedRegistry;
let children: string[];

beforeAll(async () => {
  scanned = await ScannedRegistry.open(repositoryName);
  children = [
    await scanned.push(repositoryName, "one", [debianLayer, lodashLayer]),
    await scanned.push(repositoryName, "two", [debianLayer]),
  ];
  await scanned.settle();
});
afterAll(() => scanned.close());

function pushIndex(digests: readonly string[], more: object = {}): Promise<string> {
  const manifests = digests.map((digest) => ({ mediaType: ociManifest, digest, size: 2 }));
  return scanned.registry.putManifest(repositoryName, {
    ...{ schemaVersion: 2, mediaType: ociIndex, manifests, ...more },
  });
}
const list = (imageDigest: string, more: object = {}) =>
  scanned.registry.ask(listImageFindings, { repositoryName, imageId: { imageDigest }, ...more });

const describeFindings = (imageDigest: string, more: object = {}) =>
  scanned.registry.ask(describeImageScanFindings, {
    ...{ repositoryName, imageId: { imageDigest }, ...more },
  });

describe("DescribeImageScanFindings of an index", () => {
  it("tells each finding once, with the images that it is in, by the page", async () => {
    const index = await pushIndex(children);
    const told = await describeFindings(index);
    expect(told).toMatchObject({
      imageId: { imageDigest: index },
      imageScanStatus: { status: "ACTIVE" },
      imageScanFindings: { findingSeverityCounts: { CRITICAL: 1, HIGH: 1 } },
    });
    const { enhancedFindings = [] } = told.imageScanFindings!;
    const ids = (imageDigests: readonly string[]) =>
      imageDigests.map((each) => expect.stringMatching(new RegExp(`${each}$`)));
    expect(
      enhancedFindings.map(({ title, resources }) => [title, resources?.map(({ id }) => id)]),
    ).toEqual([
      ["CVE-2023-1111 - openssl", ids(children)],
      ["CVE-2021-23337 - lodash", ids(children.slice(0, 1))],
    ]);
    const first = await describeFindings(index, { maxResults: 1 });
    const second = await describeFindings(index, { maxResults: 1, nextToken: first.nextToken });
    expect(second.nextToken).toBeUndefined();
    const paged = [first, second].flatMap((page) => page.imageScanFindings?.enhancedFindings ?? []);
    expect(paged).toEqual(enhancedFindings);
  });

  it("is as good as the worst of its images, and pending while one was not scanned", async () => {
    const broken = await scanned.push(repositoryName, "broken", [Buffer.from("no archive")]);
    await scanned.settle();
    const failed = await describeFindings(await pushIndex([...children, broken]));
    expect(failed.imageScanStatus).toEqual({
      status: "FAILED",
      description: expect.stringMatching(/^1 of 3 images that the index lists: FAILED\. sha256:/),
    });
    expect(failed.imageScanFindings?.enhancedFindings).toHaveLength(2);
    const later = layerArchive([file("etc/hostname", "later")]);
    const unscanned = await scanned.push(repositoryName, "later", [later]);
    const pending = await describeFindings(await pushIndex([children[1]!, unscanned]));
    expect(pending.imageScanStatus?.status).toBe("PENDING");
    expect(pending.imageScanFindings?.findingSeverityCounts).toEqual({ CRITICAL: 1 });
    const none = await pushIndex([unscanned]);
    await expect(describeFindings(none)).rejects.toMatchObject({ kind: "ScanNotFound" });
  });
});

describe("DescribeImages of an index", () => {
  const detailOf = async (imageDigest: string) => {
    const input = { repositoryName, imageIds: [{ imageDigest }] };
    const named = (await scanned.registry.ask(describeImages, input)).imageDetails?.[0];
    const { imageDetails } = await scanned.registry.ask(describeImages, { repositoryName });
    expect(imageDetails?.find((each) => each.imageDigest === imageDigest)).toEqual(named);
    return named!;
  };

  it("tells the scans of its images as one, without counting a finding for each platform", async () => {
    const index = await pushIndex(children, { annotations: { of: "details" } });
    const told = await detailOf(index);
    const { imageScanStatus, imageScanFindings } = await describeFindings(index);
    expect(told.imageScanStatus).toEqual(imageScanStatus);
    expect(told.imageScanFindingsSummary).toEqual({
      imageScanCompletedAt: imageScanFindings?.imageScanCompletedAt,
      vulnerabilitySourceUpdatedAt: imageScanFindings?.vulnerabilitySourceUpdatedAt,
      findingSeverityCounts: { CRITICAL: 1, HIGH: 1 },
    });
    expect(imageScanFindings?.findingSeverityCounts).toEqual({ CRITICAL: 1, HIGH: 1 });
    const nested = await scanned.registry.putManifest(repositoryName, {
      ...{ schemaVersion: 2, mediaType: ociIndex },
      manifests: [{ mediaType: ociIndex, digest: index, size: 2 }],
    });
    expect((await detailOf(nested)).imageScanFindingsSummary).toEqual(
      told.imageScanFindingsSummary,
    );
  });

  it("never looks better than a part of it, and says nothing where nothing was scanned", async () => {
    const unread = await scanned.push(repositoryName, "unread", [Buffer.from("no archive")]);
    await scanned.settle();
    const failed = await detailOf(await pushIndex([...children, unread]));
    expect(failed.imageScanStatus).toMatchObject({
      status: "FAILED",
      description: expect.stringContaining(unread),
    });
    expect(failed.imageScanFindingsSummary).toMatchObject({
      findingSeverityCounts: { CRITICAL: 1, HIGH: 1 },
    });
    const layer = layerArchive([file("etc/hostname", "not yet")]);
    const unscanned = await scanned.push(repositoryName, "not-yet", [layer]);
    const pending = await detailOf(await pushIndex([children[1]!, unscanned]));
    expect(pending.imageScanStatus?.status).toBe("PENDING");
    expect(pending.imageScanFindingsSummary).toMatchObject({
      findingSeverityCounts: { CRITICAL: 1 },
    });
    const none = await detailOf(await pushIndex([unscanned]));
    expect(none).not.toHaveProperty("imageScanStatus");
    expect(none).not.toHaveProperty("imageScanFindingsSummary");
  });

  it("takes what is no image, an attestation, for no part of it", async () => {
    const empty = Buffer.from("{}");
    await scanned.pushLayer(repositoryName, empty);
    const statement = { ...imageManifest(empty, empty), annotations: { is: "attested" } };
    const layers = [{ ...statement.layers[0], mediaType: "application/vnd.in-toto+json" }];
    const attestation = await scanned.registry.putManifest(repositoryName, {
      ...{ ...statement, layers },
    });
    const index = await pushIndex([...children, attestation]);
    expect((await detailOf(index)).imageScanStatus?.status).toBe("ACTIVE");
    await scanned.settle();
    expect((await detailOf(index)).imageScanStatus?.status).toBe("ACTIVE");
  });
});

describe("ListImageFindings of an index", () => {
  it("tells each finding once, with the images that it is in, and which have a scan", async () => {
    const empty = Buffer.from("{}");
    await scanned.pushLayer(repositoryName, empty);
    const statement = { ...imageManifest(empty, empty), annotations: { is: "attestation" } };
    const layers = [{ ...statement.layers[0], mediaType: "application/vnd.in-toto+json" }];
    const attestation = await scanned.registry.putManifest(repositoryName, {
      ...{ ...statement, layers },
    });
    const index = await pushIndex([...children, attestation]);
    const told = await list(index);
    expect(told).toMatchObject({ imageDigest: index, scanStatus: "ACTIVE" });
    expect(told.platforms?.map((each) => [each.imageDigest, each.scanStatus])).toEqual(
      children.map((digest) => [digest, "ACTIVE"]),
    );
    const found = new Map(told.findings.map((each) => [each.vulnerabilityId, each.imageDigests]));
    expect(found.get("CVE-2023-1111")).toEqual(children);
    expect(found.get("CVE-2021-23337")).toEqual([children[0]]);
    expect(told.findings).toHaveLength(2);
    expect(told.severityCounts).toEqual({ CRITICAL: 1, HIGH: 1 });
    const paged = await list(index, { maxResults: 1 });
    const rest = await list(index, { maxResults: 1, nextToken: paged.nextToken });
    expect([...paged.findings, ...rest.findings]).toEqual(told.findings);
    const image = await list(children[1]!);
    expect(image.platforms).toBeUndefined();
    expect(image.findings[0]?.imageDigests).toBeUndefined();
  });

  it("calls suppressed what is suppressed in all images that have it", async () => {
    const index = await pushIndex(children.toReversed());
    const waive = (waiverName: string, imageDigest: string) =>
      scanned.registry.ask(putWaiver, {
        ...{ waiverName, imageDigest, vulnerabilityId: "CVE-2023-1111", reason: "known" },
        ...{ repositoryFilter: repositoryName, owner: "team" },
        expiresAt: scanned.opened.clock.now() / 1000 + 86_400,
      });
    await waive("first", children[0]!);
    expect((await list(index, { suppressed: true })).findings).toEqual([]);
    await waive("second", children[1]!);
    expect(await list(index, { suppressed: true })).toMatchObject({
      findings: [{ vulnerabilityId: "CVE-2023-1111", imageDigests: children.toReversed() }],
      ...{ severityCounts: { HIGH: 1 }, suppressedSeverityCounts: { CRITICAL: 1 } },
    });
  });

  it("says of an index of which nothing was scanned that nothing is known", async () => {
    const unscanned = layerArchive([file("etc/hostname", "unscanned")]);
    const child = await scanned.push(repositoryName, "three", [unscanned]);
    await expect(list(await pushIndex([child]))).rejects.toMatchObject({ kind: "ScanNotFound" });
  });
});
