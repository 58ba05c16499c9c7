/** Approvals as one story with four principals, and every shortcut that somebody might take. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { batchDeleteImage } from "../../src/operations/ecr/batch-delete-image.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { listImageReferrers } from "../../src/operations/ecr/list-image-referrers.ts";
import { putSigningConfiguration } from "../../src/operations/ecr/put-signing-configuration.ts";
import { approveInEmergency } from "../../src/operations/entrepot/approve-in-emergency.ts";
import { approveRequest } from "../../src/operations/entrepot/approve-request.ts";
import { attachImageSbom } from "../../src/operations/entrepot/attach-image-sbom.ts";
import { deleteEnvironment } from "../../src/operations/entrepot/delete-environment.ts";
import { exportGalleryEntries } from "../../src/operations/entrepot/export-gallery-entries.ts";
import { getApprovalRequest } from "../../src/operations/entrepot/get-approval-request.ts";
import { getGalleryEntry } from "../../src/operations/entrepot/get-gallery-entry.ts";
import { listApprovalRequests } from "../../src/operations/entrepot/list-approval-requests.ts";
import { listEnvironments } from "../../src/operations/entrepot/list-environments.ts";
import { putEnvironment } from "../../src/operations/entrepot/put-environment.ts";
import { putGalleryEntry } from "../../src/operations/entrepot/put-gallery-entry.ts";
import { putGalleryVersion } from "../../src/operations/entrepot/put-gallery-version.ts";
import { putGate } from "../../src/operations/entrepot/put-gate.ts";
import { rejectRequest } from "../../src/operations/entrepot/reject-request.ts";
import { renderLaunchTemplate } from "../../src/operations/entrepot/render-launch-template.ts";
import { requestApproval } from "../../src/operations/entrepot/request-approval.ts";
import { restoreTag } from "../../src/operations/entrepot/restore-tag.ts";
import { searchAudit } from "../../src/operations/entrepot/search-audit.ts";
import { subscribeToGalleryEntry } from "../../src/operations/entrepot/subscribe-to-gallery-entry.ts";
import { withdrawApprovalRequest } from "../../src/operations/entrepot/withdraw-approval-request.ts";
import { putSigningProfile } from "../../src/operations/signer/put-signing-profile.ts";
import { assumeRole } from "../../src/operations/sts/assume-role.ts";
import { promote as promoteImage } from "../../src/registry/approvals/promote.ts";
import { entityArn } from "../../src/registry/identity/entity.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import type { RepositoryName } from "../../src/registry/names.ts";
import { ApprovingRegistry, reach } from "../support/approvals.ts";
import { account, callerOf, deployment, ociIndex, ociManifest } from "../support/ecr.ts";
import { file, layerArchive } from "../support/layer-archive.ts";
import { advisory, debianLayer, lodashLayer } from "../support/scanned-registry.ts";
import { addAccounts, callerWith, roleWith } from "../support/sessions.ts";

const [app, prod] = ["team/app", "prod/team/app"];
const good = layerArchive([
  file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'),
  file(
    "var/lib/dpkg/status",
    "Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1\nArchitecture: amd64\nMaintainer: Debian <a@debian.org>\n\n",
  ),
]);
const day = 24 * 60 * 60 * 1000;
const profileArn = `arn:aws:signer:us-east-1:${account}:/signing-profiles/release`;
const rule = {
  ...{ name: "production", approvals: 2, days: 30 },
  checks: { blockAtSeverity: "HIGH" },
  promote: { repository: "prod/*", tag: "live-*" },
};

const everything = { Effect: "Allow", Action: ["ecr:*", "entrepot:*", "sts:*"], Resource: "*" };

let story: ApprovingRegistry;
let developer: Caller;
let colleague: Caller;
let one: Caller;
let two: Caller;

async function open(): Promise<void> {
  story = await ApprovingRegistry.open(app, prod);
  developer = await story.user("developer", everything);
  colleague = await story.user("colleague", everything);
  one = await story.user("one", everything);
  two = await story.user("two", everything);
  await story.registry.ask(putEnvironment, rule);
  await story.registry.ask(putGate, {
    ...{ name: "approved", repositories: ["prod/*"], requireApproval: "production" },
  });
}

const ask = (imageDigest: string, by = developer, more: object = {}) =>
  story.registry.ask(
    requestApproval,
    { repositoryName: app, imageDigest, environment: "production", comment: "Release", ...more },
    by,
  );
const decision = (request: { requestId: string; imageDigest: string }, more: object = {}) => ({
  ...{ repositoryName: app, requestId: request.requestId, imageDigest: request.imageDigest },
  ...{ comment: "Looked at", ...more },
});
type Request = Parameters<typeof decision>[0];
const approve = (request: Request, by: Caller, more: object = {}) =>
  story.registry.ask(approveRequest, decision(request, more), by);
const found = async ({ requestId }: Request) =>
  story.registry.ask(getApprovalRequest, { repositoryName: app, requestId });
const refused = (kind: string, sentence: RegExp) => ({
  ...{ kind, message: expect.stringMatching(sentence) },
});
/** Pushed, scanned, asked for and approved by both. */
async function approved(tag: string): Promise<{ digest: string; request: Request }> {
  const digest = await story.push(app, tag, [good], developer);
  await story.settle();
  const { request } = await ask(digest);
  for (const reviewer of [one, two]) await approve(request, reviewer);
  await story.settle();
  return { digest, request };
}

describe("an image on its way to production", () => {
  beforeAll(open);
  afterAll(() => story.close());
  let fixed: string;

  it("is asked for, shown to fail, and rejected with what is to be fixed", async () => {
    const bad = await story.push(app, "v1", [debianLayer], developer);
    await story.settle();
    const { request } = await ask(bad);
    expect(request).toMatchObject({
      ...{ state: "PENDING", requester: developer.principal.arn, environment: "production" },
      checks: [
        { check: "Scan", passed: true },
        { check: "Findings", passed: false, sentence: expect.stringContaining("1 finding blocks") },
      ],
    });
    expect(await found(request)).toMatchObject({
      evidence: { findings: { total: 1, bySeverity: { CRITICAL: 1 } }, scan: { status: "ACTIVE" } },
    });
    const waiting = await story.registry.ask(listApprovalRequests, {});
    expect(waiting.requests).toEqual([request]);
    await expect(approve(request, one)).rejects.toMatchObject(
      refused("Conflict", /can not be approved. 1 finding blocks it: push an image without them/),
    );
    const reject = { ...decision(request), comment: "openssl is old" };
    const told = await story.registry.ask(rejectRequest, reject, one);
    expect(told.request).toMatchObject({
      state: "REJECTED",
      decisions: [{ decision: "REJECTED" }],
    });
    await expect(approve(request, two)).rejects.toMatchObject(refused("Conflict", /REJECTED/));
    await story.settle();
    expect((await story.told("Entrepot Approval")).at(-1)).toMatchObject({
      ...{ "action-type": "REJECTED", comment: "openssl is old", "repository-name": app },
      ...{ requester: developer.principal.arn, principal: one.principal.arn },
      "failed-checks": [expect.stringContaining("push an image without them")],
    });
    expect(await story.pull(app, bad)).toBe("ok");
    expect(await story.pull(prod, "live-v1")).toMatch(/ImageNotFound/);
  });

  it("is approved by two others once it is fixed, and not by one", async () => {
    fixed = await story.push(app, "v2", [good], developer);
    await story.settle();
    const { request } = await ask(fixed);
    await expect(ask(fixed, colleague)).rejects.toMatchObject(refused("Conflict", /and waits/));
    expect((await approve(request, one)).request).toMatchObject({ state: "PENDING" });
    await expect(approve(request, one)).rejects.toMatchObject(
      refused("Conflict", /has approved it already/),
    );
    await story.settle();
    expect(await story.pull(prod, fixed)).toMatch(/ImageNotFound/);
    const done = await approve(request, two);
    expect(done.request).toMatchObject({ state: "APPROVED", promotion: { state: "PENDING" } });
    await story.settle();
    expect((await found(request)).request.promotion).toMatchObject({
      ...{ state: "DONE", repositoryName: prod, attestation: expect.stringMatching(/^sha256:/) },
    });
  });

  it("is there by digest and tag, with a signed statement about the approval, also attached to the copy", async () => {
    expect([await story.pull(prod, fixed), await story.pull(prod, "live-v2")]).toEqual([
      "ok",
      "ok",
    ]);
    const { imageDetails } = await story.registry.ask(describeImages, {
      ...{ repositoryName: prod, imageIds: [{ imageDigest: fixed }] },
    });
    expect(imageDetails?.[0]?.imageTags).toEqual(["live-v2"]);
    for (const repositoryName of [app, prod]) {
      const { referrers } = await story.registry.ask(listImageReferrers, {
        ...{ repositoryName, subjectId: { imageDigest: fixed } },
      });
      const [{ digest = "" } = {}] = referrers ?? [];
      expect(referrers).toHaveLength(1);
      expect(referrers?.[0]?.annotations).toMatchObject({
        "dev.sigstore.bundle.predicateType": "https://in-toto.io/attestation/svr/v0.1",
      });
      expect(await story.pull(repositoryName, digest)).toBe("ok");
    }
  });

  it("is shown as approved in the gallery, and what waits as in review", async () => {
    const templates = [
      { name: "pod", body: "image: {{entrepot.image}} # {{entrepot.digest}} {{ .Values.other }}" },
    ];
    const said = { title: "App", owner: "team", purpose: "to be run", templates };
    const putEntry = (more: object) =>
      story.registry.ask(putGalleryEntry, { repositoryName: app, ...said, ...more });
    for (const body of ["image: latest", "{{entrepot.repository}}"]) {
      const refusal = putEntry({ templates: [{ name: "pod", body }] });
      await expect(refusal).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    await putEntry({});
    const render = (templateName: string, environment: string) =>
      story.registry.ask(renderLaunchTemplate, { repositoryName: app, templateName, environment });
    expect((await render("pod", "production")).text).toBe(
      `image: localhost:5050/${prod}@${fixed} # ${fixed} {{ .Values.other }}`,
    );
    for (const [name, environment] of [
      ["other", "production"],
      ["pod", "staging"],
    ] as const) {
      await expect(render(name, environment)).rejects.toMatchObject({ kind: "ResourceNotFound" });
    }
    const put = (version: string, more: object) =>
      story.registry.ask(putGalleryVersion, { repositoryName: app, version, ...more });
    const { version } = await put("2", { tagPattern: "v2*" });
    expect(version).toMatchObject({
      state: "APPROVED",
      approved: [{ environment: "production", imageDigest: fixed }],
    });
    const waiting = await story.push(app, "v3", [good], developer);
    await story.settle();
    const { request } = await ask(waiting);
    await put("1", { tagPattern: "v1*", state: "DEPRECATED", successor: "2" });
    await put("3", { imageDigest: waiting });
    await put("4", { tagPattern: "v4*" });
    const { versions } = await story.registry.ask(getGalleryEntry, { repositoryName: app });
    expect(versions.map(({ state }) => state)).toEqual([
      ...["DEPRECATED", "APPROVED", "IN_REVIEW", "DRAFT"],
    ]);
    const { text } = await story.registry.ask(exportGalleryEntries, {});
    expect(text).toContain('lifecycle: "production"');
    const [, resource = ""] = text.split('kind: "Resource"');
    expect(resource).toContain(`"entrepot/image": "localhost:5050/${app}@${fixed}"`);
    expect(resource).toMatch(/name: "production-2-team-app-[0-9a-f]{8}"/);
    expect(resource).toMatch(/- "component:default\/team-app-[0-9a-f]{8}"/);
    const mine = { repositoryName: app, requestId: request.requestId };
    await story.registry.ask(withdrawApprovalRequest, mine, developer);
  });

  it("leaves a trail of events and records", async () => {
    const events = (await story.told("Entrepot Approval")).filter(
      (each) => each["image-digest"] === fixed,
    );
    expect(events.map((each) => [each["action-type"], each.principal])).toEqual([
      ["REQUESTED", developer.principal.arn],
      ["ENDORSED", one.principal.arn],
      ["APPROVED", two.principal.arn],
      ["PROMOTED", undefined],
    ]);
    await story.scanned.opened.ports.memory.audit.flush(story.scanned.opened.ports.metadata);
    for (const eventName of ["RequestApproval", "ApproveRequest", "RejectRequest"]) {
      const records = await story.registry.ask(searchAudit, { eventName });
      expect(JSON.stringify(records), eventName).toContain(eventName);
    }
  });

  it("can be reached by no tag that is moved afterwards, nor pushed around the approval", async () => {
    await story.push(prod, "live-v2", [debianLayer], developer);
    await story.settle();
    expect(await story.pull(prod, "live-v2")).toMatch(/not approved for 'production'/);
    await story.registry.ask(restoreTag, {
      ...{ repositoryName: prod, imageTag: "live-v2", imageDigest: fixed },
    });
    await story.settle();
    expect(await story.pull(prod, "live-v2")).toBe("ok");
  });

  it("can not be had after thirty days, until it is approved again", async () => {
    story.scanned.opened.clock.advance(30 * day - 1);
    await story.settle();
    expect(await story.pull(prod, fixed)).toBe("ok");
    story.scanned.opened.clock.advance(1);
    await story.settle();
    expect(await story.pull(prod, fixed)).toMatch(/Its approval for 'production' has ended/);
    const ended = (await story.told("Entrepot Approval")).filter(
      (each) => each["action-type"] === "ENDED",
    );
    expect(ended.map((each) => each["repository-name"]).toSorted()).toEqual([prod, app]);
    const { request } = await ask(fixed);
    for (const reviewer of [one, two]) await approve(request, reviewer);
    await story.settle();
    expect(await story.pull(prod, fixed)).toBe("ok");
  });
});

/** The ARN of a role that whoever may assumes. */
async function roleFor(name: string): Promise<string> {
  const trust = [
    {
      ...{ Effect: "Allow", Action: "sts:AssumeRole" },
      Principal: { AWS: `arn:aws:iam::${account}:root` },
    },
  ];
  const { ports } = story.scanned.opened;
  await addAccounts(ports, account);
  return entityArn(await roleWith(ports, { account, name, trust }, everything));
}

async function actAs(RoleArn: string, caller: Caller): Promise<Caller> {
  const asked = { RoleArn, RoleSessionName: "work" };
  const { Credentials } = await story.registry.ask(assumeRole, asked, caller);
  return callerWith(story.scanned.opened.ports, Credentials);
}

describe("a shortcut is refused:", () => {
  beforeEach(open);
  afterEach(() => story.close());

  it("to approve what one has asked for, pushed or tagged, whatever policies grant", async () => {
    const digest = await story.push(app, "v1", [good], developer);
    await story.settle();
    const { request } = await ask(digest, colleague);
    const own = refused("AccessDenied", /somebody else has to decide/);
    await expect(approve(request, colleague)).rejects.toMatchObject(own);
    await expect(approve(request, developer)).rejects.toMatchObject(own);
    await story.registry.ask(
      restoreTag,
      { repositoryName: app, imageTag: "mine", imageDigest: digest },
      one,
    );
    await expect(approve(request, one)).rejects.toMatchObject(own);
    const reject = story.registry.ask(rejectRequest, decision(request), developer);
    await expect(reject).rejects.toMatchObject(own);
    const other = { repositoryName: app, requestId: request.requestId };
    const withdraw = (by: Caller) => story.registry.ask(withdrawApprovalRequest, other, by);
    await expect(withdraw(developer)).rejects.toMatchObject({ kind: "AccessDenied" });
    expect((await withdraw(colleague)).request.state).toBe("WITHDRAWN");
    await expect(approve(request, two)).rejects.toMatchObject(refused("Conflict", /WITHDRAWN/));
  });

  it("to become somebody else by a role, or two by two", async () => {
    const roles = [await roleFor("shipper"), await roleFor("judge"), await roleFor("other-judge")];
    const [shipper, judge, otherJudge] = await Promise.all(roles.map((each) => actAs(each, one)));
    const pushed = await story.push(app, "v1", [good], shipper!);
    const asked = await story.push(app, "v2", [good], developer, { other: true });
    await story.settle();
    const own = refused(
      "AccessDenied",
      /by \S+(user\/one|role\/shipper, assumed by \S+user\/one): somebody else has to decide/,
    );
    const { request: ofPushed } = await ask(pushed, colleague);
    for (const by of [one, judge!]) await expect(approve(ofPushed, by)).rejects.toMatchObject(own);
    const { request } = await ask(asked, shipper);
    expect(request).toMatchObject({
      requester: `arn:aws:iam::${account}:role/shipper`,
      requesterAssumedBy: one.principal.arn,
    });
    for (const by of [one, judge!]) await expect(approve(request, by)).rejects.toMatchObject(own);
    const { request: third } = await ask(
      await story.push(app, "v3", [good], developer, { third: true }),
      colleague,
    );
    await story.settle();
    const { request: endorsed } = await approve(third, judge!);
    expect(endorsed.decisions).toMatchObject([{ assumedBy: one.principal.arn }]);
    // In either role, and in one that is assumed from the other.
    const twice = refused("Conflict", /role\/judge, assumed by \S+user\/one has approved it/);
    const chained = await actAs(roles[2]!, judge!);
    for (const by of [one, otherJudge!, chained]) {
      await expect(approve(third, by)).rejects.toMatchObject(twice);
    }
    expect((await approve(third, await actAs(roles[2]!, two))).request.state).toBe("APPROVED");
  });

  it("to give an image a tag after one has approved it: that approval counts no more", async () => {
    const digest = await story.push(app, "v1", [good], developer);
    await story.settle();
    const { request } = await ask(digest);
    await approve(request, one);
    const tag = { repositoryName: app, imageTag: "mine", imageDigest: digest };
    await story.registry.ask(restoreTag, tag, one);
    expect((await approve(request, two)).request.state).toBe("PENDING");
    await story.settle();
    expect(await story.pull(prod, digest)).toMatch(/ImageNotFound/);
    expect((await approve(request, colleague)).request.state).toBe("APPROVED");
  });

  it("to approve as nobody whom the environment names, or without the right", async () => {
    const reviewers = [one, two].map(({ principal }) => principal.arn);
    await story.registry.ask(putEnvironment, { ...rule, reviewers });
    const digest = await story.push(app, "v1", [good], developer);
    await story.settle();
    const { request } = await ask(digest);
    await expect(approve(request, colleague)).rejects.toMatchObject(
      refused("AccessDenied", /is no reviewer of the environment/),
    );
    await expect(approve(request, callerOf(account))).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    const reader = await story.user("reader", {
      ...{ Effect: "Allow", Action: "entrepot:Get*", Resource: "*" },
    });
    await expect(approve(request, reader)).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("to approve another digest than the one that was asked for", async () => {
    const digest = await story.push(app, "v1", [good], developer);
    const other = await story.push(app, "v2", [good], developer);
    await story.settle();
    const { request } = await ask(digest);
    const wrong = approve({ ...request, imageDigest: other }, one);
    await expect(wrong).rejects.toMatchObject(refused("InvalidParameter", /the request is for/));
    for (const reviewer of [one, two]) await approve(request, reviewer);
    await story.settle();
    expect(await story.pull(prod, digest)).toBe("ok");
    expect(await story.pull(prod, other)).toMatch(/ImageNotFound/);
  });

  it("to have another image under a tag by the time of the approval", async () => {
    const digest = await story.push(app, "v1", [good], developer);
    await story.settle();
    const { request } = await ask(digest);
    const other = await story.push(app, "v1", [good], developer, { env: "evil" });
    for (const reviewer of [one, two]) await approve(request, reviewer);
    await story.settle();
    expect([await story.pull(prod, digest), await story.pull(app, other)]).toEqual(["ok", "ok"]);
    expect(await story.pull(prod, other)).toMatch(/ImageNotFound/);
    expect(await story.pull(prod, "live-v1")).toMatch(/ImageNotFound/);
  });

  it("to approve what waited for too long, and what was deleted", async () => {
    const digest = await story.push(app, "v1", [good], developer);
    await story.settle();
    const { request } = await ask(digest);
    story.scanned.opened.clock.advance(30 * day);
    await expect(approve(request, one)).rejects.toMatchObject(refused("Conflict", /EXPIRED/));
    expect((await found(request)).request.state).toBe("EXPIRED");
    const again = await ask(digest);
    const ids = { repositoryName: app, imageIds: [{ imageDigest: digest }] };
    await story.registry.ask(batchDeleteImage, ids);
    await expect(approve(again.request, one)).rejects.toMatchObject({ kind: "ImageNotFound" });
  });

  it("to delete the evidence that the request stood on", async () => {
    const digest = await story.push(app, "v1", [lodashLayer], developer);
    await story.registry.ask(putEnvironment, { ...rule, checks: { requireSbom: true } });
    await story.settle();
    const first = await ask(digest);
    expect(first.request.checks).toMatchObject([{ check: "Sbom", passed: false }]);
    await expect(approve(first.request, one)).rejects.toMatchObject(
      refused("Conflict", /No bill of materials/),
    );
    const image = { repositoryName: app, imageId: { imageDigest: digest } };
    const { sbomDigest } = await story.registry.ask(attachImageSbom, image);
    await story.registry.ask(
      withdrawApprovalRequest,
      {
        ...{ repositoryName: app, requestId: first.request.requestId },
      },
      developer,
    );
    const { request } = await ask(digest);
    expect(request.checks).toMatchObject([{ check: "Sbom", passed: true }]);
    const gone = { repositoryName: app, imageIds: [{ imageDigest: sbomDigest }] };
    await approve(request, one);
    await story.registry.ask(batchDeleteImage, gone);
    await expect(approve(request, two)).rejects.toMatchObject(
      refused("Conflict", /The evidence sha256:.* is gone/),
    );
  });

  it("to delete the evidence between the approval and the promotion", async () => {
    const digest = await story.push(app, "v1", [lodashLayer], developer);
    await story.registry.ask(putEnvironment, { ...rule, checks: {} });
    await story.settle();
    const image = { repositoryName: app, imageId: { imageDigest: digest } };
    const { sbomDigest } = await story.registry.ask(attachImageSbom, image);
    const { request } = await ask(digest);
    for (const reviewer of [one, two]) await approve(request, reviewer);
    const gone = { repositoryName: app, imageIds: [{ imageDigest: sbomDigest }] };
    await story.registry.ask(batchDeleteImage, gone);
    await story.settle();
    expect((await found(request)).request.promotion).toMatchObject({
      ...{ state: "FAILED", reason: expect.stringContaining("is gone") },
    });
    expect(await story.pull(prod, digest)).toMatch(/ImageNotFound/);
  });

  it("to take away the environment that a gate asks for", async () => {
    const remove = () => story.registry.ask(deleteEnvironment, { name: "production" });
    await expect(remove()).rejects.toMatchObject({ kind: "InvalidParameter" });
    const none = { name: "none", repositories: ["*"], requireApproval: "staging" };
    const put = story.registry.ask(putGate, none);
    await expect(put).rejects.toMatchObject({ kind: "ResourceNotFound" });
  });
});

describe("an approval", () => {
  beforeEach(open);
  afterEach(() => story.close());

  it("ends when something is found that its environment does not let pass, and is asked for anew", async () => {
    await story.registry.ask(putEnvironment, { ...rule, checks: { blockAtSeverity: "CRITICAL" } });
    await story.registry.ask(putGalleryEntry, {
      ...{ repositoryName: app, title: "App", owner: "team", purpose: "to be run" },
    });
    await story.registry.ask(subscribeToGalleryEntry, { repositoryName: app });
    const digest = await story.push(app, "v1", [lodashLayer], developer);
    // Nobody is told of what nobody is meant to use.
    await story.push(app, "draft", [lodashLayer], developer, { env: "other" });
    await story.settle();
    const { request } = await ask(digest);
    for (const reviewer of [one, two]) await approve(request, reviewer);
    await story.settle();
    expect(await story.pull(prod, digest)).toBe("ok");
    await story.matchAgain(
      advisory("GHSA-0000-0000-0001", "npm", "lodash", "4.17.22", {
        database_specific: { severity: "CRITICAL" },
      }),
    );
    expect(await story.pull(prod, digest)).toMatch(/Its approval for 'production' has ended/);
    const { requests } = await story.registry.ask(listApprovalRequests, { repositoryName: app });
    expect(requests).toMatchObject([
      {
        ...{ imageDigest: digest, requester: developer.principal.arn },
        comment: expect.stringContaining("something was found"),
      },
    ]);
    const about = { "registry-id": account, "repository-name": app, "image-digest": digest };
    expect(await story.told("Entrepot Gallery Notice")).toEqual([
      { ...about, title: "App", "action-type": "APPROVED", environment: "production" },
      { ...about, title: "App", "action-type": "CRITICAL_FINDING" },
    ]);
  });

  it("of an index is one of all that it lists", async () => {
    const child = await story.push(app, "amd64", [good], developer);
    const manifests = [{ mediaType: ociManifest, digest: child, size: 2 }];
    const digest = await story.registry.putManifest(
      app,
      { schemaVersion: 2, mediaType: ociIndex, manifests },
      { imageTag: "v1" },
    );
    await story.settle();
    const { request } = await ask(digest);
    for (const reviewer of [one, two]) await approve(request, reviewer);
    await story.settle();
    for (const id of [digest, child, "live-v1"]) expect(await story.pull(prod, id)).toBe("ok");
  });

  it("asks for signatures of a profile and for a young build, where the environment does", async () => {
    const checks = { signedBy: [profileArn], maxAgeDays: 10 };
    await story.registry.ask(putEnvironment, { ...rule, checks });
    const created = new Date(story.scanned.opened.clock.now() - 5 * day).toISOString();
    const plain = await story.push(app, "v1", [good], developer, { created });
    await story.registry.ask(putSigningProfile, {
      ...{ profileName: "release", platformId: "Notation-OCI-SHA384-ECDSA" },
    });
    const rules = [{ signingProfileArn: profileArn }];
    await story.registry.ask(putSigningConfiguration, { signingConfiguration: { rules } });
    const signer = callerOf(account);
    const signed = await story.push(app, "v2", [good], signer, { created });
    await story.settle();
    expect((await ask(plain)).request.checks).toMatchObject([
      ...[
        { check: "Signature", passed: false },
        { check: "Age", passed: true },
      ],
    ]);
    const { request } = await ask(signed);
    expect(request.checks).toMatchObject([
      ...[
        { check: "Signature", passed: true },
        { check: "Age", passed: true },
      ],
    ]);
    story.scanned.opened.clock.advance(6 * day);
    await expect(approve(request, one)).rejects.toMatchObject(
      refused("Conflict", /built more than 10 days ago/),
    );
  });

  it("in an emergency is one reviewer's, by a right that is granted by its name, for hours, and recorded twice", async () => {
    await story.registry.ask(putEnvironment, { ...rule, emergencyHours: 4 });
    const digest = await story.push(app, "v1", [debianLayer], developer);
    await story.settle();
    const { request } = await ask(digest);
    const emergency = (by: Caller) =>
      story.registry.ask(approveInEmergency, decision(request, { comment: "Site is down" }), by);
    await expect(emergency(one)).rejects.toMatchObject(
      refused("AccessDenied", /must be granted by that name/),
    );
    const named = { Effect: "Allow", Action: "entrepot:ApproveInEmergency", Resource: "*" };
    const fighter = await story.user("fighter", named);
    const done = await emergency(fighter);
    expect(done.request).toMatchObject({ state: "APPROVED", emergency: true });
    await story.settle();
    expect(await story.pull(prod, digest)).toBe("ok");
    const { ports } = story.scanned.opened;
    await ports.memory.audit.flush(ports.metadata);
    for (const eventName of ["ApproveInEmergency", "EmergencyApproval"]) {
      const records = await story.registry.ask(searchAudit, { eventName });
      expect(JSON.stringify(records), eventName).toContain("Site is down");
    }
    expect((await story.told("Entrepot Approval")).map((each) => each["action-type"])).toContain(
      "APPROVED_IN_EMERGENCY",
    );
    story.scanned.opened.clock.advance(4 * 60 * 60 * 1000);
    await story.settle();
    expect(await story.pull(prod, digest)).toMatch(/has ended/);
  });

  it("says why it could not be promoted", async () => {
    const promote = { repository: "nowhere/*" };
    await story.registry.ask(putEnvironment, { ...rule, promote });
    const { request } = await approved("v1");
    expect((await found(request)).request.promotion).toMatchObject({
      ...{ state: "FAILED", reason: expect.stringContaining("nowhere/team/app") },
    });
    const environments = await story.registry.ask(listEnvironments, {});
    expect(environments.environments).toMatchObject([{ name: "production", promote }]);
  });

  it("tags where it stands, in an environment without a repository of its own", async () => {
    await story.registry.ask(putEnvironment, { ...rule, promote: { tag: "stable" } });
    const { digest } = await approved("v1");
    const images = { repositoryName: app, imageIds: [{ imageTag: "stable" }] };
    const { images: tagged } = await story.registry.ask(batchGetImage, images);
    expect(tagged?.[0]?.imageId?.imageDigest).toBe(digest);
  });

  it.each([
    ["where it stands", app, { tag: "stable" }],
    ["elsewhere", prod, { repository: "prod/*", tag: "stable" }],
  ])(
    "takes no tag %s from what was approved later, however late it is promoted",
    async (_, name, promote) => {
      await story.registry.ask(putEnvironment, { ...rule, promote });
      const { ports } = story.scanned.opened;
      const requests: Request[] = [];
      for (const tag of ["v1", "v2"]) {
        const digest = await story.push(app, tag, [good], developer);
        await story.settle();
        story.scanned.opened.clock.advance(1);
        requests.push((await ask(digest)).request);
      }
      const [first, second] = requests as [Request, Request];
      for (const request of requests) {
        for (const reviewer of [one, two]) await approve(request, reviewer);
        story.scanned.opened.clock.advance(1);
      }
      const home = { account, region: deployment.region };
      const source = await ports.metadata.repositories.find(home, app as RepositoryName);
      const { signal } = new AbortController();
      await promoteImage(ports, reach, source!, second.requestId, signal);
      await story.settle();
      expect((await found(second)).request.promotion).toMatchObject({ state: "DONE" });
      expect((await found(first)).request.promotion).toMatchObject({
        ...{ state: "FAILED", reason: expect.stringContaining("'stable' was moved meanwhile") },
      });
      const images = { repositoryName: name, imageIds: [{ imageTag: "stable" }] };
      const { images: tagged } = await story.registry.ask(batchGetImage, images);
      expect(tagged?.[0]?.imageId?.imageDigest).toBe(second.imageDigest);
    },
  );
});
