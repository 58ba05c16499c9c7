/**
 * An image on its way into production, as a team goes it with skopeo: a developer, two reviewers and
 * whoever runs production, with what the events and the audit trail tell of each step.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callServer, Refusal } from "../../src/doors/cli/call-server.ts";
import type { Service } from "../../src/operations/operation.ts";
import { type ContainerTools, openContainerTools } from "./container-tools.ts";
import { blob, buildImage, writeOciLayout } from "./image.ts";
import { requireProgram } from "./programs.ts";
import { account, type InteropRegistry, makeScratch, openRegistry, region } from "./registry.ts";
import { type Finished, fail, succeed } from "./run-program.ts";
import { turnedClock } from "./turned-clock.ts";

const [app, prod] = ["team/app", "prod/team/app"];
const transport = "plain HTTP";
const dayMs = 24 * 3600 * 1000;

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

let data: string;
/** How far the server's clock is ahead. */
let turnedMs = 0;
let registry: InteropRegistry;
let tools: ContainerTools;
let root: Person;
let developer: Person;
let one: Person;
let two: Person;
let runner: Person;

/** Somebody with a key, who asks the API and uses skopeo. */
class Person {
  readonly name: string;
  readonly #key: Key;

  constructor(name: string, key: Key) {
    this.name = name;
    this.#key = key;
  }

  get arn(): string {
    return `arn:aws:iam::${account}:user/${this.name}`;
  }

  ask<Answer>(operation: `${Service}:${string}`, input: object = {}): Promise<Answer> {
    const { origin } = registry.server;
    const address = { origin, region, authority: "", now: () => Date.now() + turnedMs };
    return callServer<Answer>(address, this.#key, operation, input);
  }

  /** The refusal's code and sentence. */
  async refused(operation: `${Service}:${string}`, input: object): Promise<string> {
    const said = await this.ask(operation, input).catch((error: unknown) => error);
    if (said instanceof Refusal) return said.message;
    throw new Error(`${operation} is not refused: ${JSON.stringify(said)}`);
  }

  async #login(): Promise<string> {
    const told = await this.ask<{ authorizationData: { authorizationToken: string }[] }>(
      "ecr:GetAuthorizationToken",
    );
    return Buffer.from(told.authorizationData[0]?.authorizationToken ?? "", "base64").toString();
  }

  /** An image with that package of Debian 12; the digest. */
  async push(repository: string, tag: string, name: string, version: string): Promise<string> {
    const layout = join(tools.directory, `layout-${tag}-${name}`);
    const digest = writeOciLayout(layout, [debianWith(name, version)], tag);
    await this.skopeo(succeed, "dest-", `oci:${layout}:${tag}`, reference(repository, tag));
    rmSync(layout, { recursive: true });
    return digest;
  }

  /** The digest of what comes. */
  async pull(repository: string, id: string): Promise<string> {
    const target = join(tools.directory, "pulled");
    rmSync(target, { recursive: true, force: true });
    await this.skopeo(succeed, "src-", reference(repository, id), `dir:${target}`);
    return blob(readFileSync(join(target, "manifest.json"))).digest;
  }

  /** What skopeo says where it must not pull. */
  async refusedPull(repository: string, id: string): Promise<string> {
    const target = `dir:${join(tools.directory, "refused")}`;
    return (await this.skopeo(fail, "src-", reference(repository, id), target)).output;
  }

  async skopeo(run: typeof succeed, side: string, from: string, to: string): Promise<Finished> {
    const flags = [...tools.flags(transport, side), `--${side}creds=${await this.#login()}`];
    const { env } = tools;
    return run(requireProgram("skopeo"), ["copy", ...flags, from, to], { env });
  }
}

function reference(repository: string, id: string): string {
  const end = id.startsWith("sha256:") ? `@${id}` : `:${id}`;
  return `docker://${registry.address(transport)}/${repository}${end}`;
}

function debianWith(name: string, version: string) {
  const stanza = ["Status: install ok installed", "Architecture: amd64", `Version: ${version}`];
  const status = [`Package: ${name}`, ...stanza, "Maintainer: Debian <a@debian.org>", "", ""];
  const file = (path: string, text: string) => ({ name: path, content: Buffer.from(text) });
  return buildImage({
    files: [
      file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nNAME=Debian\n'),
      file("var/lib/dpkg/status", status.join("\n")),
    ],
  });
}

async function user(name: string, ...grants: readonly (readonly [string, string])[]) {
  await root.ask("iam:CreateUser", { UserName: name });
  for (const [role, repositoryPrefix] of grants) {
    const to = { principalKind: "user", principalName: name };
    await root.ask("entrepot:GrantRole", { ...to, role, repositoryPrefix });
  }
  const { AccessKey } = await root.ask<{
    AccessKey: { AccessKeyId: string; SecretAccessKey: string };
  }>("iam:CreateAccessKey", { UserName: name });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey;
  return new Person(name, { accessKeyId, secretAccessKey });
}

beforeAll(async () => {
  data = makeScratch();
  registry = await openRegistry(data);
  tools = openContainerTools(registry);
  root = new Person("root", registry.server);
  for (const repositoryName of [app, prod])
    await root.ask("ecr:CreateRepository", { repositoryName });
  developer = await user("developer", ["Developer", "team/"]);
  one = await user("one", ["Reviewer", "team/"]);
  two = await user("two", ["Reviewer", "team/"]);
  runner = await user("runner", ["Viewer", "prod/"]);
  await root.ask("entrepot:PutGate", {
    ...{ name: "scanned", repositories: ["team/*"], requireScan: true, blockAtSeverity: "HIGH" },
  });
  await root.ask("entrepot:PutEnvironment", {
    ...{ name: "production", approvals: 2, reviewers: [one.arn, two.arn], days: 30 },
    checks: { requireScan: true, blockAtSeverity: "HIGH" },
    promote: { repository: "prod/*", tag: "live-*" },
  });
  await root.ask("entrepot:PutGate", {
    ...{ name: "approved", repositories: ["prod/*"], requireApproval: "production" },
  });
});
afterAll(async () => {
  await tools?.close();
  await registry?.close();
  rmSync(data, { recursive: true, force: true });
});

interface Request {
  readonly requestId: string;
  readonly imageDigest: string;
  readonly state: string;
  readonly checks: readonly { readonly check: string; readonly passed: boolean }[];
  readonly promotion?: { readonly state: string; readonly reason?: string };
}

async function requested(imageDigest: string): Promise<Request> {
  const asked = { repositoryName: app, imageDigest, environment: "production" };
  const told = await developer.ask<{ request: Request }>("entrepot:RequestApproval", {
    ...{ ...asked, comment: "Release" },
  });
  return told.request;
}
const decision = ({ requestId, imageDigest }: Request, more: object = {}) => ({
  ...{ repositoryName: app, requestId, imageDigest, comment: "Looked at", ...more },
});
const approve = async (by: Person, request: Request) =>
  (await by.ask<{ request: Request }>("entrepot:ApproveRequest", decision(request))).request;
const refusedApproval = (by: Person, request: Request, more: object = {}) =>
  by.refused("entrepot:ApproveRequest", decision(request, more));

async function verdict(imageDigest: string): Promise<string> {
  const input = { repositoryName: app, imageId: { imageDigest } };
  const told = await developer.ask<{ verdict: { state: string } }>(
    "entrepot:GetImageVerdict",
    input,
  );
  return told.verdict.state;
}
const settled = (imageDigest: string) =>
  expect.poll(() => verdict(imageDigest), { timeout: 60_000, interval: 500 });

async function promoted(request: Request, state = "DONE"): Promise<void> {
  const its = async () => {
    const input = { repositoryName: app, requestId: request.requestId };
    const told = await one.ask<{ request: Request }>("entrepot:GetApprovalRequest", input);
    return told.request.promotion?.state;
  };
  await expect.poll(its, { timeout: 60_000, interval: 500 }).toBe(state);
}

/** Events of an image of a type, in order, by their action or state and who did it. */
async function told(detailType: string, imageDigest: string): Promise<readonly string[]> {
  const { events } = await root.ask<{ events: { event: { detail: Record<string, string> } }[] }>(
    ...(["entrepot:ListEvents", { detailType, maxResults: 1000 }] as const),
  );
  return events
    .map(({ event }) => event.detail)
    .filter((detail) => detail["image-digest"] === imageDigest)
    .map((detail) => {
      const by = detail.principal?.replace(/^.*[:/]/, "");
      return [detail["action-type"] ?? detail.verdict, ...(by === undefined ? [] : [by])].join(" ");
    });
}
const events = (detailType: string, imageDigest: string) =>
  expect.poll(() => told(detailType, imageDigest), { timeout: 30_000, interval: 500 });

/** Who did it and how it ended, of each record of such an event that names the image, in order. */
async function recorded(eventName: string, imageDigest: string): Promise<readonly string[]> {
  interface Record {
    readonly requestParameters: object | null;
    readonly responseElements: object | null;
    readonly errorCode?: string;
    readonly userIdentity: { readonly userName?: string };
  }
  const { records } = await root.ask<{ records: readonly Record[] }>("entrepot:SearchAudit", {
    ...{ what: eventName, maxResults: 1000 },
  });
  return records
    .filter((each) => JSON.stringify(each).includes(imageDigest))
    .map(({ userIdentity, errorCode }) => `${userIdentity.userName} ${errorCode ?? "done"}`)
    .toReversed();
}
const records = (eventName: string, imageDigest: string) =>
  expect.poll(() => recorded(eventName, imageDigest), { timeout: 30_000, interval: 500 });

describe("an image on its way to production", () => {
  let bad: string;
  let fixed: string;
  let release: Request;

  it("is held back from its push on, and quarantined for what the scan finds", async () => {
    bad = await developer.push(app, "v1", "openssl", "3.0.11-1~deb12u1");
    await settled(bad).toBe("QUARANTINED");
    expect(await developer.refusedPull(app, "v1")).toMatch(/can not be pulled.*block it/);
    expect(await developer.refusedPull(app, bad)).toMatch(/can not be pulled.*block it/);
    await events("ECR Image Action", bad).toEqual(["PUSH"]);
    await events("Entrepot Image Verdict", bad).toEqual(["PENDING", "QUARANTINED"]);
    await records("PutImage", bad).toEqual(["developer done"]);
    await records("BatchGetImage", bad).toContain("developer ImageHeldException");
  });

  it("is looked at by a reviewer, and rejected with what is to be fixed", async () => {
    const request = await requested(bad);
    expect(request.checks).toMatchObject([
      { check: "Scan", passed: true },
      { check: "Findings", passed: false },
    ]);
    const input = { repositoryName: app, requestId: request.requestId };
    const { evidence } = await one.ask<{ evidence: { findings: { total: number } } }>(
      ...(["entrepot:GetApprovalRequest", input] as const),
    );
    expect(evidence.findings.total).toBeGreaterThan(0);
    expect(await refusedApproval(one, request)).toMatch(/Conflict.*block it/);
    const comment = "openssl is old: take the one of bookworm-security";
    const told = await one.ask<{ request: Request }>(
      ...(["entrepot:RejectRequest", decision(request, { comment })] as const),
    );
    expect(told.request.state).toBe("REJECTED");
    expect(await refusedApproval(two, request)).toMatch(/REJECTED/);
    expect(await runner.refusedPull(prod, bad)).toMatch(/manifest unknown|not found/i);
    await events("Entrepot Approval", bad).toEqual(["REQUESTED developer", "REJECTED one"]);
    await records("RequestApproval", bad).toEqual(["developer done"]);
    await records("ApproveRequest", bad).toEqual([
      "one ConflictException",
      "two ConflictException",
    ]);
    await records("RejectRequest", bad).toEqual(["one done"]);
  });

  it("is pushed anew without it, and approved by two others, of that digest alone", async () => {
    fixed = await developer.push(app, "v2", "hello", "2.10-3");
    await settled(fixed).toBe("ALLOWED");
    expect(await developer.pull(app, "v2")).toBe(fixed);
    release = await requested(fixed);
    expect(release.checks.every(({ passed }) => passed)).toBe(true);
    expect(await refusedApproval(developer, release)).toMatch(/AccessDenied/);
    expect(await refusedApproval(root, release)).toMatch(/AccessDenied/);
    expect(await refusedApproval(one, release, { imageDigest: bad })).toMatch(/InvalidParameter/);
    expect((await approve(one, release)).state).toBe("PENDING");
    expect(await refusedApproval(one, release)).toMatch(/Conflict.*already/);
    expect(await runner.refusedPull(prod, fixed)).toMatch(/manifest unknown|not found/i);
    expect((await approve(two, release)).state).toBe("APPROVED");
    await promoted(release);
    await events("Entrepot Approval", fixed).toEqual([
      ...["REQUESTED developer", "ENDORSED one", "APPROVED two", "PROMOTED"],
    ]);
    await records("ApproveRequest", fixed).toEqual([
      ...["developer AccessDeniedException", "undefined AccessDeniedException"],
      ...["one InvalidParameterException", "one done", "one ConflictException", "two done"],
    ]);
  });

  it("is pulled in production, by digest and tag, with what was said of it attached", async () => {
    expect(await runner.pull(prod, fixed)).toBe(fixed);
    expect(await runner.pull(prod, "live-v2")).toBe(fixed);
    const { referrers } = await runner.ask<{ referrers: { artifactType: string }[] }>(
      ...([
        "ecr:ListImageReferrers",
        { repositoryName: prod, subjectId: { imageDigest: fixed } },
      ] as const),
    );
    expect(referrers).toHaveLength(1);
    await records("BatchGetImage", fixed).toContain("runner done");
    // What is not production's is nothing that it sees.
    expect(await runner.refusedPull(app, fixed)).toMatch(/not authorized/);
  });

  it("is not got around by another image under its tag, nor by a push to production", async () => {
    await expect(developer.push(prod, "live-v3", "hello", "2.10-4")).rejects.toThrow(
      /403 \(Forbidden\)/,
    );
    const moved = await root.push(prod, "live-v2", "hello", "2.10-5");
    expect(await runner.refusedPull(prod, "live-v2")).toMatch(/not approved for 'production'/);
    expect(await runner.refusedPull(prod, moved)).toMatch(/not approved for 'production'/);
    expect(await runner.pull(prod, fixed)).toBe(fixed);
  });

  it("is not approved any more where the tag that was asked for is another image by then", async () => {
    const asked = await developer.push(app, "v4", "hello", "2.10-6");
    await settled(asked).toBe("ALLOWED");
    const request = await requested(asked);
    await approve(one, request);
    const other = await developer.push(app, "v4", "hello", "2.10-7");
    await approve(two, request);
    await promoted(request);
    expect(await runner.pull(prod, asked)).toBe(asked);
    expect(await runner.refusedPull(prod, "live-v4")).toMatch(/manifest unknown|not found/i);
    expect(await runner.refusedPull(prod, other)).toMatch(/manifest unknown|not found/i);
  });

  it("is not approved once the evidence that the request stood on is deleted", async () => {
    const digest = await developer.push(app, "v5", "hello", "2.10-8");
    await settled(digest).toBe("ALLOWED");
    const { sbomDigest } = await root.ask<{ sbomDigest: string }>("entrepot:AttachImageSbom", {
      ...{ repositoryName: app, imageId: { imageDigest: digest } },
    });
    const request = await requested(digest);
    await approve(one, request);
    const gone = { repositoryName: app, imageIds: [{ imageDigest: sbomDigest }] };
    await root.ask("ecr:BatchDeleteImage", gone);
    expect(await refusedApproval(two, request)).toMatch(/Conflict.*is gone/);
    await events("Entrepot Approval", digest).toEqual(["REQUESTED developer", "ENDORSED one"]);
  });

  it("is not to be had when its thirty days are over", async () => {
    await registry.close();
    turnedMs = 30 * dayMs;
    registry = await openRegistry(data, {}, turnedClock(turnedMs));
    const refusal = () => runner.refusedPull(prod, fixed);
    const ended = /Its approval for 'production' has ended/;
    await expect.poll(refusal, { timeout: 60_000, interval: 500 }).toMatch(ended);
    // In both repositories. Earlier events are kept for less than thirty days.
    await events("Entrepot Approval", fixed).toEqual(["ENDED", "ENDED"]);
    const again = await requested(fixed);
    await approve(two, again);
    await approve(one, again);
    await promoted(again);
    expect(await runner.pull(prod, fixed)).toBe(fixed);
  });
});
