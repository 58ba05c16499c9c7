import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  deployment,
  ociIndex,
  ociManifest,
  otherAccount,
} from "../../../test/support/ecr.ts";
import { type TestStatement, userWith } from "../../../test/support/identity.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import type { EventEnvelope } from "../../registry/events/event.ts";
import { rootPrincipal } from "../../registry/identity/principal.ts";
import { openSuppression } from "../../registry/scanning/suppressions/sealed-suppression.ts";
import { suppressionLimits } from "../../registry/scanning/suppressions/suppression-limits.ts";
import { describeImageScanFindings } from "../ecr/describe-image-scan-findings.ts";
import { deleteWaiver } from "./delete-waiver.ts";
import { getFindingPriority } from "./get-finding-priority.ts";
import { getWaiver } from "./get-waiver.ts";
import { listEvents } from "./list-events.ts";
import { listImageFindings } from "./list-image-findings.ts";
import { listWaivers } from "./list-waivers.ts";
import { putFindingPriority } from "./put-finding-priority.ts";
import { putWaiver } from "./put-waiver.ts";
import { reportImagesInUse } from "./report-images-in-use.ts";

const day = 24 * 60 * 60 * 1000;
const app = "team/app";
let scanned: ScannedRegistry;
let imageDigest: string;
let otherDigest: string;

beforeAll(async () => {
  scanned = await ScannedRegistry.open(app, "team/other", "secret");
  const config = { config: { ExposedPorts: { "80/tcp": {} }, User: "app" } };
  imageDigest = await scanned.push(app, "prod-1", [debianLayer, lodashLayer], config);
  otherDigest = await scanned.push("team/other", "v1", [debianLayer]);
  await scanned.push("secret", "v1", [debianLayer]);
  await scanned.settle();
});
afterAll(() => scanned.close());

const findingsOf = (more: object = {}, repositoryName = app, digest = imageDigest) =>
  scanned.registry.ask(listImageFindings, {
    ...{ repositoryName, imageId: { imageDigest: digest } },
    ...more,
  });
const inDays = (days: number) => (scanned.registry.clock.now() + days * day) / 1000;
const waiver = (more: object = {}) => ({
  ...{ waiverName: "w", vulnerabilityId: "CVE-2021-23337", repositoryFilter: app },
  ...{ reason: "not reachable", owner: "team@example.com", expiresAt: inDays(10) },
  ...more,
});
const put = (more: object = {}, caller = callerOf(account)) =>
  scanned.registry.ask(putWaiver, waiver(more), caller);
const remove = (waiverName = "w") => scanned.registry.ask(deleteWaiver, { waiverName });
const suppressedIds = async (repositoryName = app, digest = imageDigest) =>
  (await findingsOf({ suppressed: true }, repositoryName, digest)).findings.map(
    ({ vulnerabilityId }) => vulnerabilityId,
  );
async function waiverEvents(): Promise<string[]> {
  await scanned.settle();
  const { events } = await scanned.registry.ask(listEvents, { detailType: "Entrepot Waiver" });
  return events.map((each) => {
    const { detail } = each.event as EventEnvelope;
    return `${detail["waiver-name"]} ${detail["action-type"]}`;
  });
}

describe("ListImageFindings", () => {
  it("orders by priority, says why in words, and takes filters and pages", async () => {
    const found = await findingsOf();
    expect(found).toMatchObject({
      ...{ scanType: "ENHANCED", scanStatus: "ACTIVE", imageDigest },
      ...{ severityCounts: { CRITICAL: 1, HIGH: 1 }, suppressedSeverityCounts: {} },
    });
    const [first, second] = found.findings;
    expect(first).toMatchObject({
      ...{ vulnerabilityId: "CVE-2023-1111", severity: "CRITICAL", score: 9.8 },
      package: { type: "deb", name: "openssl", version: "3.0.9-1" },
      fixedVersion: "3.0.11-1",
    });
    expect(second).toMatchObject({
      vulnerabilityId: "CVE-2021-23337",
      aliases: ["GHSA-35jh-r3h4-6jhm"],
    });
    expect(first!.priority).toBeGreaterThan(second!.priority);
    const why = Object.fromEntries(first!.explanation.map((part) => [part.factor, part.reason]));
    expect(why).toEqual({
      severity: "Its severity is critical, CVSS 9.8",
      fix: "A version without it is available",
      network: "It is attacked over the network",
      ports: "The image exposes ports",
      production: "The image is tagged for production",
    });
    const points = first!.explanation.reduce((sum, part) => sum + part.points, 0);
    expect(points).toBeCloseTo(first!.priority);
    const ids = async (more: object) =>
      (await findingsOf(more)).findings.map(({ vulnerabilityId }) => vulnerabilityId);
    expect(await ids({ severities: ["HIGH"] })).toEqual(["CVE-2021-23337"]);
    expect(await ids({ minimumPriority: first!.priority })).toEqual(["CVE-2023-1111"]);
    expect(await ids({ packageName: "open*" })).toEqual(["CVE-2023-1111"]);
    expect(await ids({ vulnerabilityId: "ghsa-35JH-r3h4-6jhm" })).toEqual(["CVE-2021-23337"]);
    expect(await ids({ exploited: true })).toEqual([]);
    expect(await ids({ fixAvailable: false })).toEqual([]);
    expect(await ids({ suppressed: false, fixAvailable: true })).toHaveLength(2);
    const page = await findingsOf({ maxResults: 1 });
    expect(page.findings).toHaveLength(1);
    const rest = await findingsOf({ maxResults: 1, nextToken: page.nextToken });
    expect(rest.findings).toEqual([second]);
    expect(rest.nextToken).toBeUndefined();
    const foreign = findingsOf({ severities: ["HIGH"], nextToken: page.nextToken });
    await expect(foreign).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("reckons anew when weights, tags of production or uses change", async () => {
    const priority = async () => (await findingsOf()).findings[0]!;
    const factors = async () => (await priority()).explanation.map(({ factor }) => factor);
    const before = (await priority()).priority;
    await scanned.registry.ask(reportImagesInUse, {
      reporter: "node-1",
      images: [{ repositoryName: app, imageDigest }],
    });
    expect(await factors()).toContain("inUse");
    expect((await priority()).priority).toBeGreaterThan(before);
    const set = (input: object) => scanned.registry.ask(putFindingPriority, input);
    await set({ productionTags: ["live-*"], weights: { inUse: 0 } });
    expect(await factors()).not.toContain("inUse");
    expect(await factors()).not.toContain("production");
    const { weights } = await scanned.registry.ask(getFindingPriority, {});
    expect(weights).toMatchObject({ inUse: 0, knownExploited: 50 });
    for (const weights of [{ severity: 900 }, { nothing: 1 }, { fix: "1" }]) {
      await expect(set({ weights })).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    await set({});
    expect(await factors()).toContain("production");
    // An image of one platform has the tags of the index that it is in.
    const ofOther = async () =>
      (await findingsOf({}, "team/other", otherDigest)).findings[0]?.explanation;
    const production = expect.objectContaining({ factor: "production" });
    expect(await ofOther()).not.toContainEqual(production);
    const size = (await scanned.registry.manifestText("team/other", otherDigest)).length;
    const manifests = [{ mediaType: ociManifest, digest: otherDigest, size }];
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    await scanned.registry.putManifest("team/other", index, { imageTag: "prod" });
    expect(await ofOther()).toContainEqual(production);
  });
});

describe("A waiver", () => {
  it("marks what it names by any name, hides nothing, and ends at its time", async () => {
    await put({ vulnerabilityId: "ghsa-35jh-r3h4-6jhm" });
    const found = await findingsOf();
    expect(found).toMatchObject({
      ...{ severityCounts: { CRITICAL: 1 }, suppressedSeverityCounts: { HIGH: 1 } },
    });
    expect(found.findings.map(({ suppression }) => suppression)).toEqual([
      undefined,
      { kind: "WAIVER", id: "w", reason: "not reachable", until: inDays(10) },
    ]);
    const { imageScanFindings } = await scanned.registry.ask(describeImageScanFindings, {
      ...{ repositoryName: app, imageId: { imageDigest } },
    });
    // ECR's own counts stay those of what was found.
    expect(imageScanFindings?.findingSeverityCounts).toEqual({ CRITICAL: 1, HIGH: 1 });
    const statuses = imageScanFindings?.enhancedFindings?.map((each) => each.status);
    expect(statuses).toEqual(["ACTIVE", "SUPPRESSED"]);
    scanned.registry.clock.advance(10 * day - 1);
    expect(await suppressedIds()).toEqual(["CVE-2021-23337"]);
    scanned.registry.clock.advance(1);
    expect(await suppressedIds()).toEqual([]);
    expect((await scanned.registry.ask(getWaiver, { waiverName: "w" })).waiver).toMatchObject({
      ...{ status: "ENDED", putBy: "arn:aws:iam::000000000000:root", owner: "team@example.com" },
    });
    expect(await waiverEvents()).toEqual(["w CREATED", "w EXPIRED"]);
    scanned.registry.clock.advance(60_000);
    expect(await waiverEvents()).toEqual(["w CREATED", "w EXPIRED"]);
    // Renewed, and told again when it ends; a long while after that it is forgotten.
    await put();
    expect(await suppressedIds()).toEqual(["CVE-2021-23337"]);
    scanned.registry.clock.advance(11 * day);
    expect((await waiverEvents()).slice(2)).toEqual(["w CHANGED", "w EXPIRED"]);
    scanned.registry.clock.advance(suppressionLimits.endedWaiverMs);
    await scanned.settle();
    const gone = scanned.registry.ask(getWaiver, { waiverName: "w" });
    await expect(gone).rejects.toMatchObject({ kind: "ResourceNotFound" });
  });

  it("goes by repository, image, package and version, together", async () => {
    const fits = async (more: object) => {
      await put({ vulnerabilityId: undefined, packageName: "*", ...more });
      return [
        ...(await suppressedIds()),
        ...(await suppressedIds("team/other", otherDigest)).map((id) => `other ${id}`),
      ];
    };
    const both = ["CVE-2023-1111", "CVE-2021-23337"];
    expect(await fits({})).toEqual(both);
    expect(await fits({ packageName: "lod*" })).toEqual(["CVE-2021-23337"]);
    expect(await fits({ packageName: "lodash", packageVersion: "4.17.2*" })).toHaveLength(1);
    expect(await fits({ packageName: "lodash", packageVersion: "4.17.21" })).toEqual([]);
    expect(await fits({ repositoryFilter: "team/*" })).toEqual([...both, "other CVE-2023-1111"]);
    const one = { repositoryFilter: "team/*", imageDigest: otherDigest };
    expect(await fits(one)).toEqual(["other CVE-2023-1111"]);
    expect(await fits({ repositoryFilter: "t*r" })).toEqual(["other CVE-2023-1111"]);
    await remove();
    expect(await suppressedIds()).toEqual([]);
    const of = async (input: object) =>
      (await scanned.registry.ask(listWaivers, input)).waivers.map((each) => each.waiverName);
    await put({ waiverName: "a" });
    await put({ waiverName: "b", repositoryFilter: "*" });
    expect(await of({})).toEqual(["a", "b"]);
    expect(await of({ repositoryName: "secret" })).toEqual(["b"]);
    const page = await scanned.registry.ask(listWaivers, { maxResults: 1 });
    const { waivers } = await scanned.registry.ask(listWaivers, { nextToken: page.nextToken });
    expect(waivers.map((each) => each.waiverName)).toEqual(["b"]);
    for (const name of ["a", "b"]) await remove(name);
    await expect(remove("a")).rejects.toMatchObject({ kind: "ResourceNotFound" });
  });

  it("is refused where it would waive everything, never ends, or is no waiver", async () => {
    const before = await scanned.registry.dump();
    for (const wrong of [
      { vulnerabilityId: undefined },
      { packageVersion: "1" },
      { expiresAt: inDays(0) },
      { expiresAt: inDays(367) },
      { expiresAt: undefined },
      { reason: "" },
      { owner: undefined },
      { waiverName: "../x" },
      { repositoryFilter: "team/[a]" },
      { imageDigest: "sha256:1" },
      { packageName: "x".repeat(257) },
    ]) {
      await expect(put(wrong)).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    expect(await scanned.registry.dump()).toBe(before);
  });

  it("is kept sealed, and opens under its own name alone", async () => {
    const packageName = "lodash-of-ours";
    await put({ waiverName: "sealed", packageName, reason: "a told secret" });
    const key = { registry: { account, region: deployment.region }, kind: "WAIVER" as const };
    const { ports } = scanned.opened;
    const stored = await ports.metadata.suppressions.find({ ...key, name: "sealed" });
    for (const text of [packageName, "a told secret", "CVE-2021-23337"]) {
      expect(Buffer.from(stored!.content).includes(text)).toBe(false);
    }
    expect(await openSuppression(ports, stored!)).toMatchObject({ packageName });
    await expect(openSuppression(ports, { ...stored!, name: "w" })).rejects.toThrow();
    await remove("sealed");
  });

  it("is for who may waive in each repository that it is about", async () => {
    const arn = (name: string) => `arn:aws:ecr:us-east-1:000000000000:repository/${name}`;
    let users = 0;
    const may = (...statements: TestStatement[]) =>
      userWith(scanned.opened.ports, { account, name: `u${++users}` }, ...statements);
    const allow = (Resource: string) => ({ Effect: "Allow", Action: "entrepot:*Waiver", Resource });
    const denied = { kind: "AccessDenied" };
    const one = await may(allow(arn(app)));
    await put({ waiverName: "one" }, one);
    for (const repositoryFilter of ["team/other", "team/*", "*"]) {
      await expect(put({ waiverName: "two", repositoryFilter }, one)).rejects.toMatchObject(denied);
    }
    // Who may waive here may not take over what was waived elsewhere.
    await put({ waiverName: "theirs", repositoryFilter: "secret" });
    await expect(put({ waiverName: "theirs" }, one)).rejects.toMatchObject(denied);
    const get = scanned.registry.ask(getWaiver, { waiverName: "theirs" }, one);
    await expect(get).rejects.toMatchObject(denied);
    const team = await may(allow(arn("team/*")));
    await put({ waiverName: "one", repositoryFilter: "team/*" }, team);
    const but = await may(allow(arn("*")), {
      ...{ Effect: "Deny", Action: "entrepot:PutWaiver", Resource: arn("secret") },
    });
    await put({ waiverName: "one", repositoryFilter: "team/*" }, but);
    await expect(put({ waiverName: "one", repositoryFilter: "s*" }, but)).rejects.toMatchObject(
      denied,
    );
    const asOther = { ...callerOf(account), principal: rootPrincipal(otherAccount, "AKIAOTHER") };
    await expect(put({ waiverName: "x" }, asOther)).rejects.toMatchObject(denied);
    // Another account's waivers are its own, whatever they name.
    await put({ waiverName: "o", repositoryFilter: "*" }, callerOf(otherAccount));
    for (const name of ["one", "theirs"]) await remove(name);
    expect(await suppressedIds()).toEqual([]);
  });
});
