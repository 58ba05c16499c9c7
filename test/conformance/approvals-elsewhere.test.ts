/** What is approved goes to another registry of the deployment, and nothing else does. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { batchCheckLayerAvailability } from "../../src/operations/ecr/batch-check-layer-availability.ts";
import { createRepository } from "../../src/operations/ecr/create-repository.ts";
import { createRepositoryCreationTemplate } from "../../src/operations/ecr/create-repository-creation-template.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { describeRepositories } from "../../src/operations/ecr/describe-repositories.ts";
import { listImageReferrers } from "../../src/operations/ecr/list-image-referrers.ts";
import { putRegistryPolicy } from "../../src/operations/ecr/put-registry-policy.ts";
import { putRegistryScanningConfiguration } from "../../src/operations/ecr/put-registry-scanning-configuration.ts";
import { approveRequest } from "../../src/operations/entrepot/approve-request.ts";
import { getApprovalRequest } from "../../src/operations/entrepot/get-approval-request.ts";
import { putEnvironment } from "../../src/operations/entrepot/put-environment.ts";
import { putGalleryEntry } from "../../src/operations/entrepot/put-gallery-entry.ts";
import { putGate } from "../../src/operations/entrepot/put-gate.ts";
import { quarantineImage } from "../../src/operations/entrepot/quarantine-image.ts";
import { releaseImage } from "../../src/operations/entrepot/release-image.ts";
import { renderLaunchTemplate } from "../../src/operations/entrepot/render-launch-template.ts";
import { requestApproval } from "../../src/operations/entrepot/request-approval.ts";
import { searchAudit } from "../../src/operations/entrepot/search-audit.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import type { Region } from "../../src/registry/names.ts";
import { ApprovingRegistry } from "../support/approvals.ts";
import {
  account,
  callerOf,
  digestOf,
  ociIndex,
  ociManifest,
  otherAccount,
} from "../support/ecr.ts";
import { file, layerArchive } from "../support/layer-archive.ts";
import { advisory } from "../support/scanned-registry.ts";

const [app, prod] = ["team/app", "prod/team/app"];
const [home, far] = ["us-east-1" as Region, "eu-west-1" as Region];
const source = { registryId: account, region: home };
const debian = file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
const status =
  "Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1\nArchitecture: amd64\nMaintainer: Debian <a@debian.org>\n\n";
const good = layerArchive([debian, file("var/lib/dpkg/status", status)]);
const critical = advisory("DEBIAN-CVE-2026-9", "Debian:12", "openssl", "3.0.12-1", {
  upstream: ["CVE-2026-9"],
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
});
const hour = 60 * 60 * 1000;
const elsewhere: Caller = { ...callerOf(account), region: far };
const stranger = callerOf(otherAccount);

let story: ApprovingRegistry;
let developer: Caller;
let reviewer: Caller;
let refusals: unknown[];

beforeEach(async () => {
  story = await ApprovingRegistry.open(app);
  const everything = { Effect: "Allow", Action: ["ecr:*", "entrepot:*"], Resource: "*" };
  developer = await story.user("developer", everything);
  reviewer = await story.user("reviewer", everything);
  refusals = [];
});
afterEach(() => story.close());

/** Both sides: where it goes to, and that it counts there. */
async function environments(there: Caller, more: object = {}, acceptFrom: object[] = [source]) {
  const { account: registryId, region } = there;
  const promote = {
    destination: { registryId, region },
    repository: "prod/*",
    tag: "live",
    ...more,
  };
  const checks = { blockAtSeverity: "HIGH" };
  await story.registry.ask(putEnvironment, { name: "production", days: 30, promote, checks });
  await accept(there, acceptFrom);
  const gate = { name: "approved", repositories: ["prod/*"], requireApproval: "production" };
  await story.registry.ask(putGate, gate, there);
}

const accept = (there: Caller, acceptFrom: object[]) =>
  story.registry.ask(putEnvironment, { name: "production", acceptFrom }, there);

const settle = () => story.settle((error) => void refusals.push(error));

async function retried() {
  story.scanned.opened.clock.advance(hour);
  await settle();
}

async function approved(tag: string): Promise<{ digest: string; requestId: string }> {
  const digest = await story.push(app, tag, [good], developer);
  await settle();
  return { digest, requestId: await approve(digest) };
}

async function approve(imageDigest: string): Promise<string> {
  const asked = { repositoryName: app, imageDigest, environment: "production", comment: "1.4" };
  const { request } = await story.registry.ask(requestApproval, asked, developer);
  const { requestId } = request;
  const decided = { repositoryName: app, requestId, imageDigest, comment: "Looked at" };
  await story.registry.ask(approveRequest, decided, reviewer);
  await settle();
  return requestId;
}

const promotion = async (requestId: string) =>
  (await story.registry.ask(getApprovalRequest, { repositoryName: app, requestId })).request
    .promotion;

async function records(eventName: string, caller: Caller): Promise<string> {
  const { ports } = story.scanned.opened;
  await ports.memory.audit.flush(ports.metadata);
  return JSON.stringify(await story.registry.ask(searchAudit, { eventName }, caller));
}

async function eventsIn({ account: of, region }: Caller) {
  const { eventLog } = story.scanned.opened.ports.metadata;
  const log = await eventLog.list({ account: of, region }, { after: 0, limit: 500 });
  return log.map(({ event }) => ({ ...event.detail, type: event.detailType }) as never as Told);
}
type Told = Record<string, string | undefined>;

const letIn = (...actions: string[]) => {
  const principal = { AWS: `arn:aws:iam::${account}:root` };
  const resource = `arn:aws:ecr:${home}:${otherAccount}:repository/*`;
  const statement = {
    ...{ Sid: "in", Effect: "Allow", Principal: principal, Action: actions, Resource: resource },
  };
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return story.registry.ask(putRegistryPolicy, { policyText }, stranger);
};

it("an approved image goes to another region, with its bytes and the statement about it, and may be pulled there", async () => {
  await environments(elsewhere);
  const template = { prefix: "prod", appliedFor: ["REPLICATION"], imageTagMutability: "IMMUTABLE" };
  await story.registry.ask(createRepositoryCreationTemplate, template, elsewhere);
  const other = await story.push(app, "v0", [good], developer);
  const { digest, requestId } = await approved("v1");
  expect(refusals).toEqual([]);
  const told = await promotion(requestId);
  expect(told).toMatchObject({
    ...{ state: "DONE", repositoryName: prod },
    destination: { registryId: account, region: far },
  });
  expect(await story.pull(prod, digest, elsewhere)).toBe("ok");
  expect(await story.pull(prod, "live", elsewhere)).toBe("ok");
  expect(await story.pull(prod, told?.attestation ?? "", elsewhere)).toBe("ok");
  // Another digest of the same repository is not carried.
  expect(await story.pull(prod, other, elsewhere)).toMatch(/ImageNotFound/);
  const { layers } = await story.registry.ask(
    batchCheckLayerAvailability,
    { repositoryName: prod, layerDigests: [digestOf(good)] },
    elsewhere,
  );
  expect(layers).toMatchObject([{ layerAvailability: "AVAILABLE" }]);
  const subject = { repositoryName: prod, subjectId: { imageDigest: digest } };
  const { referrers } = await story.registry.ask(listImageReferrers, subject, elsewhere);
  expect(referrers?.map((each) => each.digest)).toEqual([told?.attestation]);
  const { repositories } = await story.registry.ask(describeRepositories, {}, elsewhere);
  expect(repositories).toMatchObject([{ repositoryName: prod, imageTagMutability: "IMMUTABLE" }]);
  // Nothing of it was made here.
  await expect(story.pull(prod, digest)).rejects.toMatchObject({ kind: "RepositoryNotFound" });
});

it("the trails of both registries tell of it, and the tag comes there last", async () => {
  await environments(elsewhere);
  const { digest, requestId } = await approved("v1");
  expect(await records("PromoteImage", callerOf(account))).toContain(requestId);
  expect(await records("AcceptApproval", elsewhere)).toContain(requestId);
  expect(await records("ReplicateImage", elsewhere)).toContain(digest);
  const { attestation } = (await promotion(requestId)) ?? {};
  const copies = (await eventsIn(elsewhere)).filter(
    (each) => each.type === "ECR Replication Action",
  );
  expect(copies.map((each) => [each["image-digest"], each["image-tag"]])).toEqual([
    ...[
      [digest, undefined],
      [attestation, undefined],
      [digest, "live"],
    ],
  ]);
  const promoted = (await story.told("Entrepot Approval")).at(-1);
  expect(promoted).toMatchObject({
    ...{ "action-type": "PROMOTED", "promoted-to": prod, "promoted-to-region": far },
  });
  const templates = [{ name: "pod", body: "{{entrepot.image}}" }];
  const entry = { repositoryName: app, title: "App", owner: "team", purpose: "run", templates };
  await story.registry.ask(putGalleryEntry, entry);
  const wanted = { repositoryName: app, templateName: "pod", environment: "production" };
  const { text } = await story.registry.ask(renderLaunchTemplate, wanted);
  expect(text).toContain(far);
});

it("an index goes with all that it lists", async () => {
  await environments(elsewhere);
  const child = await story.push(app, "amd64", [good], developer);
  const manifests = [{ mediaType: ociManifest, digest: child, size: 2 }];
  const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
  const digest = await story.registry.putManifest(app, index, { imageTag: "v1" });
  await settle();
  await approve(digest);
  for (const id of [digest, child, "live"])
    expect(await story.pull(prod, id, elsewhere)).toBe("ok");
});

it("another account lets it in by its policy, and by its environment: until then the request says so", async () => {
  await environments(stranger, {}, []);
  const { digest, requestId } = await approved("v1");
  const waits = (reason: RegExp) => ({ state: "PENDING", reason: expect.stringMatching(reason) });
  expect(await promotion(requestId)).toMatchObject(waits(/does not let .* ecr:ReplicateImage/));
  expect(await records("PromoteImage", callerOf(account))).toContain("ecr:ReplicateImage");
  await letIn("ecr:ReplicateImage");
  await retried();
  expect(await promotion(requestId)).toMatchObject(waits(/ecr:CreateRepository/));
  await letIn("ecr:ReplicateImage", "ecr:CreateRepository");
  await retried();
  expect(await promotion(requestId)).toMatchObject(waits(/takes no approvals of account/));
  expect(await story.pull(prod, digest, stranger)).toMatch(/ImageNotFound/);
  await accept(stranger, [source]);
  await retried();
  expect(await promotion(requestId)).toMatchObject({ state: "DONE" });
  expect((await promotion(requestId))?.reason).toBeUndefined();
  expect(await story.pull(prod, "live", stranger)).toBe("ok");
});

it("an approval that has ended meanwhile is promoted no more", async () => {
  await environments(stranger);
  const { digest, requestId } = await approved("v1");
  await letIn("ecr:ReplicateImage", "ecr:CreateRepository");
  story.scanned.opened.clock.advance(30 * 24 * hour);
  await settle();
  expect(await promotion(requestId)).toMatchObject({
    state: "FAILED",
    reason: expect.stringMatching(/ended/),
  });
  await expect(story.pull(prod, digest, stranger)).rejects.toMatchObject({
    kind: "RepositoryNotFound",
  });
});

it("of two promotions of one tag that of the later approval counts, whichever is done later", async () => {
  await environments(stranger);
  const first = await approved("v1");
  story.scanned.opened.clock.advance(1);
  await letIn("ecr:ReplicateImage", "ecr:CreateRepository");
  const second = await approved("v2");
  expect(await promotion(second.requestId)).toMatchObject({ state: "DONE" });
  expect(await promotion(first.requestId)).toMatchObject({ state: "PENDING" });
  await retried();
  expect(await promotion(first.requestId)).toMatchObject({
    ...{ state: "FAILED", reason: expect.stringContaining("was moved after the approval") },
  });
  const imageIds = [{ imageTag: "live" }];
  const found = { repositoryName: prod, imageIds };
  const { imageDetails } = await story.registry.ask(describeImages, found, stranger);
  expect(imageDetails?.[0]?.imageDigest).toBe(second.digest);
  expect(await story.pull(prod, first.digest, stranger)).toBe("ok");
});

it("a tag that is immutable there stays, and the request says that", async () => {
  await environments(elsewhere);
  const repository = { repositoryName: prod, imageTagMutability: "IMMUTABLE" };
  await story.registry.ask(createRepository, repository, elsewhere);
  const first = await approved("v1");
  const second = await approved("v2");
  expect(await promotion(first.requestId)).toMatchObject({ state: "DONE" });
  expect(await promotion(second.requestId)).toMatchObject({
    ...{ state: "FAILED", reason: expect.stringContaining("the tag 'live' stays where it is") },
  });
  const found = { repositoryName: prod, imageIds: [{ imageTag: "live" }] };
  const { imageDetails } = await story.registry.ask(describeImages, found, elsewhere);
  expect(imageDetails?.[0]?.imageDigest).toBe(first.digest);
});

it("where the approval ends by its time or by what is found, it ends there as well", async () => {
  await environments(elsewhere);
  const { digest } = await approved("v1");
  const late = await approved("v2");
  await story.matchAgain(critical);
  for (const each of [digest, late.digest]) {
    expect(await story.pull(prod, each, elsewhere)).toMatch(/approval for 'production' has ended/);
  }
  const ended = (await eventsIn(elsewhere)).filter((each) => each["action-type"] === "ENDED");
  expect(ended.map((each) => each["image-digest"]).toSorted()).toEqual(
    [digest, late.digest].toSorted(),
  );
});

it("what is found there ends it there alone, by the checks of the environment there", async () => {
  await environments(elsewhere);
  const scanning = { scanType: "ENHANCED", rules: [] };
  await story.registry.ask(putRegistryScanningConfiguration, scanning, elsewhere);
  const gate = { name: "scanned", repositories: ["prod/*"], requireScan: true };
  await story.registry.ask(putGate, gate, elsewhere);
  const { digest } = await approved("v1");
  const checks = { blockAtSeverity: "LOW" };
  const production = { name: "production", acceptFrom: [source], checks };
  await story.registry.ask(putEnvironment, production, elsewhere);
  const loose = { name: "production", days: 30, checks: {} };
  await story.registry.ask(putEnvironment, loose);
  await story.matchAgain(critical);
  expect(await story.pull(prod, digest, elsewhere)).toMatch(/has ended/);
  const events = await story.told("Entrepot Approval");
  expect(events.map((each) => each["action-type"])).toEqual([
    ...["REQUESTED", "APPROVED", "PROMOTED"],
  ]);
});

it("what is held back where it was approved goes once it is let go, and no tag moves before", async () => {
  await environments(elsewhere);
  const first = await approved("v1");
  const digest = await story.push(app, "v2", [good], developer);
  await settle();
  const held = { repositoryName: app, imageId: { imageDigest: digest } };
  const asked = { repositoryName: app, imageDigest: digest, environment: "production" };
  const { request } = await story.registry.ask(
    requestApproval,
    { ...asked, comment: "1.5" },
    developer,
  );
  const { requestId } = request;
  const decided = { repositoryName: app, requestId, imageDigest: digest, comment: "Looked at" };
  await story.registry.ask(approveRequest, decided, reviewer);
  await story.registry.ask(quarantineImage, { ...held, reason: "Wait" });
  await settle();
  expect(await promotion(requestId)).toMatchObject({ state: "PENDING" });
  const live = { repositoryName: prod, imageIds: [{ imageTag: "live" }] };
  const liveNow = async () => {
    const { imageDetails } = await story.registry.ask(describeImages, live, elsewhere);
    return imageDetails?.[0]?.imageDigest;
  };
  expect(await liveNow()).toBe(first.digest);
  await story.registry.ask(releaseImage, { ...held, reason: "Good" });
  await retried();
  expect(await promotion(requestId)).toMatchObject({ state: "DONE" });
  expect(await liveNow()).toBe(digest);
});

it("an approval is good there for as long as here", async () => {
  await environments(elsewhere);
  const { digest } = await approved("v1");
  story.scanned.opened.clock.advance(30 * 24 * hour - 1);
  await settle();
  expect(await story.pull(prod, digest, elsewhere)).toBe("ok");
  story.scanned.opened.clock.advance(1);
  await settle();
  expect(await story.pull(prod, digest, elsewhere)).toMatch(/has ended/);
});

it("an environment names other registries that are served, by whoever may have images replicated", async () => {
  const put = (destination: object, by?: Caller) =>
    story.registry.ask(putEnvironment, { name: "production", promote: { destination } }, by);
  for (const refused of [source, { registryId: account, region: "eu-west-9" }]) {
    await expect(put(refused)).rejects.toMatchObject({ kind: "InvalidParameter" });
  }
  const accepting = { name: "production", acceptFrom: [source] };
  await expect(story.registry.ask(putEnvironment, accepting)).rejects.toMatchObject({
    kind: "InvalidParameter",
  });
  const action = "entrepot:PutEnvironment";
  const writer = await story.user("writer", { Effect: "Allow", Action: action, Resource: "*" });
  const there = { registryId: account, region: far };
  await expect(put(there, writer)).rejects.toMatchObject({
    ...{ kind: "AccessDenied", message: expect.stringContaining("PutReplicationConfiguration") },
  });
  expect((await put(there)).environment.promote.destination).toEqual(there);
});
