/** What counts as a pull at either door, and whose pulls do not. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IdentityCredentials } from "../../src/adapters/credentials/identity.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { deregisterPullTimeUpdateExclusion } from "../../src/operations/ecr/deregister-pull-time-update-exclusion.ts";
import { describeImages } from "../../src/operations/ecr/describe-images.ts";
import { registerPullTimeUpdateExclusion } from "../../src/operations/ecr/register-pull-time-update-exclusion.ts";
import { createPullSecret } from "../../src/operations/entrepot/create-pull-secret.ts";
import { assumeRole } from "../../src/operations/sts/assume-role.ts";
import type { MetadataReads } from "../../src/ports/metadata-store.ts";
import { issueToken } from "../../src/registry/identity/authorization-token.ts";
import { entityArn } from "../../src/registry/identity/entity.ts";
import { sealSecret } from "../../src/registry/identity/find-access-key.ts";
import { type Caller, rootPrincipal } from "../../src/registry/identity/principal.ts";
import { flushPulls } from "../../src/registry/images/record-pull.ts";
import { limits } from "../../src/registry/limits.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import { DistributionServer } from "../support/distribution-server.ts";
import { account, callerOf, digestOf, ociIndex, TestRegistry } from "../support/ecr.ts";
import { type TestStatement, userWith } from "../support/identity.ts";
import { OciClient } from "../support/oci-client.ts";
import { testOrganization } from "../support/organization.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { addAccounts, callerWith, roleWith } from "../support/sessions.ts";

const repositoryName = "app";
const all: TestStatement = { Effect: "Allow", Action: "*", Resource: "*" };
const start = 1_700_000_000_000;
const root: Caller = {
  ...callerOf(account),
  principal: rootPrincipal(account, `AKIA${account}`),
};

let opened: TestPorts;
let registry: TestRegistry;
let server: DistributionServer;
let imageDigest: string;
/** Reads of the table of exclusions. */
let reads: number;

beforeEach(async () => {
  const made = await testPorts();
  reads = 0;
  const list: MetadataReads["pullTimeExclusions"]["list"] = (...asked) => {
    reads += 1;
    return made.ports.metadata.pullTimeExclusions.list(...asked);
  };
  const metadata: TestPorts["ports"]["metadata"] = Object.assign(
    Object.create(made.ports.metadata),
    {
      pullTimeExclusions: { list },
      transaction: made.ports.metadata.transaction.bind(made.ports.metadata),
    },
  );
  opened = { ...made, ports: { ...made.ports, metadata } };
  opened.clock.set(start);
  registry = new TestRegistry(opened);
  const roots = { accessKeyId: `AKIA${account}`, secretAccessKey: "secret" };
  const credentials = new IdentityCredentials(opened.ports, testOrganization, roots);
  server = new DistributionServer(opened, { credentials });
  await server.listen();
  await addAccounts(opened.ports, account);
  await registry.createRepository(repositoryName);
  imageDigest = await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
});
afterEach(() => server.close());

async function pulledAt(digest = imageDigest): Promise<number | undefined> {
  await flushPulls(opened.ports);
  const imageIds = [{ imageDigest: digest }];
  const { imageDetails } = await registry.ask(describeImages, { repositoryName, imageIds });
  const seconds = imageDetails?.[0]?.lastRecordedPullTime as number | undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function clientOf(password: string): OciClient {
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  return new OciClient(server.origin, { authorization });
}

/** By both doors: the manifest as docker asks for it, and BatchGetImage. */
const doors = {
  distribution: async (caller: Caller) => {
    const client = clientOf(issueToken(opened.ports, caller).password);
    expect((await client.get("/v2/app/manifests/v1")).status).toBe(200);
  },
  aws: async (caller: Caller) => {
    const imageIds = [{ imageTag: "v1" }];
    const { images } = await registry.ask(batchGetImage, { repositoryName, imageIds }, caller);
    expect(images).toHaveLength(1);
  },
};
const doorNames = Object.keys(doors) as (keyof typeof doors)[];

async function userWithKey(name: string): Promise<Caller> {
  const caller = await userWith(opened.ports, { account, name }, all);
  const { accessKeyId, uniqueId } = caller.principal;
  const sealedSecret = sealSecret(opened.ports, accessKeyId, "secret");
  await opened.ports.metadata.transaction(({ identity }) =>
    identity.accessKeys.insert({
      ...{ id: accessKeyId, owner: { account, id: uniqueId }, status: "Active", createdAt: 0 },
      ...{ sealedSecret, lastUse: undefined },
    }),
  );
  return caller;
}

async function roleSession(): Promise<{ caller: Caller; arn: string }> {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  const trust = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  const role = await roleWith(opened.ports, { account, name: "ci", path: "/team/", trust }, all);
  const user = await userWith(opened.ports, { account, name: "who" }, all);
  const asked = { RoleArn: entityArn(role), RoleSessionName: "run" };
  const { Credentials } = await registry.ask(assumeRole, asked, user);
  return { caller: await callerWith(opened.ports, Credentials), arn: entityArn(role) };
}

const exclude = (principalArn: string) =>
  registry.ask(registerPullTimeUpdateExclusion, { principalArn });

describe.each(doorNames)("a pull by the %s door", (door) => {
  const pull = doors[door];

  it("is recorded with its time, without a write of its own", async () => {
    const before = await registry.dump();
    await pull(root);
    opened.clock.advance(1_000);
    await pull(root);
    expect(await registry.dump()).toBe(before);
    // A store that gives the same value twice is taken at the first pull's word.
    expect([start, start + 1_000]).toContain(await pulledAt());
  });

  it("is written again a minute after the one before, not sooner", async () => {
    await pull(root);
    expect(await pulledAt()).toBe(start);
    opened.clock.advance(limits.pullTimeGranularityMs - 1);
    await pull(root);
    const { memory } = opened.ports;
    expect(memory.pulls.size).toBe(0);
    opened.clock.advance(1);
    await pull(root);
    expect(await pulledAt()).toBe(start + limits.pullTimeGranularityMs);
  });

  it("by an excluded user does not count, until the user is excluded no more", async () => {
    const caller = await userWithKey("scanner");
    await exclude(caller.principal.arn);
    await pull(caller);
    expect(await pulledAt()).toBeUndefined();
    await pull(await userWithKey("ann"));
    expect(await pulledAt()).toBe(start);
    opened.clock.advance(limits.pullTimeGranularityMs);
    await registry.ask(deregisterPullTimeUpdateExclusion, {
      principalArn: caller.principal.arn,
    });
    await pull(caller);
    expect(await pulledAt()).toBe(start + limits.pullTimeGranularityMs);
  });

  it("by a session of an excluded role does not count", async () => {
    const { caller, arn } = await roleSession();
    await exclude(arn);
    await pull(caller);
    expect(await pulledAt()).toBeUndefined();
  });

  it("by an excluded principal takes nothing from a pull that counts", async () => {
    const caller = await userWithKey("scanner");
    await exclude(caller.principal.arn);
    await pull(root);
    opened.clock.advance(limits.pullTimeGranularityMs);
    await pull(caller);
    expect(await pulledAt()).toBe(start);
  });

  it("reads who is excluded once in four seconds, and after a change in this process", async () => {
    const caller = await userWithKey("ann");
    for (let times = 0; times < 5; times++) await pull(caller);
    expect(reads).toBe(1);
    await exclude(`arn:aws:iam::${account}:role/other`);
    const excludedNow = await userWithKey("scanner");
    await exclude(excludedNow.principal.arn);
    await registry.pushImage(repositoryName, "two", { imageTag: "v1" });
    for (let times = 0; times < 5; times++) await pull(excludedNow);
    expect(reads).toBe(2);
    opened.clock.advance(limits.identityReadMs);
    await pull(excludedNow);
    expect(reads).toBe(3);
  });
});

describe("what counts as a pull", () => {
  it("is a GET of a manifest, by tag and digest, and no HEAD", async () => {
    const client = server.client();
    for (const reference of ["v1", imageDigest]) {
      expect((await client.head(`/v2/app/manifests/${reference}`)).status).toBe(200);
    }
    expect(await pulledAt()).toBeUndefined();
    expect((await client.get(`/v2/app/manifests/${imageDigest}`)).status).toBe(200);
    expect(await pulledAt()).toBe(start);
  });

  it("is a list and the child that is pulled then, and not its other children", async () => {
    const other = await registry.pushImage(repositoryName, "two");
    const client = server.client();
    const manifests = await Promise.all(
      [imageDigest, other].map(async (digest) => {
        const text = await registry.manifestText(repositoryName, digest);
        const mediaType = "application/vnd.oci.image.manifest.v1+json";
        return { mediaType, digest, size: Buffer.byteLength(text) };
      }),
    );
    await flushPulls(opened.ports);
    opened.clock.advance(limits.pullTimeGranularityMs);
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests };
    await registry.putManifest(repositoryName, index, { imageTag: "list" });
    await client.get("/v2/app/manifests/list");
    await client.get(`/v2/app/manifests/${other}`);
    const now = start + limits.pullTimeGranularityMs;
    expect(await pulledAt(digestOf(JSON.stringify(index)))).toBe(now);
    expect([await pulledAt(other), await pulledAt(imageDigest)]).toEqual([now, start]);
  });
});

describe("a pull secret", () => {
  it("pulls as who made it: that one's exclusion is the secret's, and a root's pulls count", async () => {
    const caller = await userWithKey("ann");
    const secretOf = async (maker: Caller) =>
      (await registry.ask(createPullSecret, { repositoryNames: ["app"] }, maker)).password;
    await exclude(caller.principal.arn);
    const client = clientOf(await secretOf(caller));
    expect((await client.get("/v2/app/manifests/v1")).status).toBe(200);
    expect(await pulledAt()).toBeUndefined();
    const other = clientOf(await secretOf(root));
    expect((await other.get("/v2/app/manifests/v1")).status).toBe(200);
    expect(await pulledAt()).toBe(start);
  });
});

it("another replica hears of an exclusion within five seconds, and records as it knew until then", async () => {
  const ports = { ...opened.ports, memory: new RegistryMemory() };
  const replica = new TestRegistry({ ...opened, ports });
  for (const imageTag of ["v2", "v3"])
    await registry.pushImage(repositoryName, imageTag, { imageTag });
  const caller = await userWithKey("scanner");
  const pull = (imageTag: string, by: Caller) =>
    replica.ask(batchGetImage, { repositoryName, imageIds: [{ imageTag }] }, by);
  await pull("v1", root);
  await exclude(caller.principal.arn);
  await pull("v2", caller);
  expect(ports.memory.pulls.size).toBe(2);
  opened.clock.advance(limits.identityReadMs);
  await pull("v3", caller);
  expect(ports.memory.pulls.size).toBe(2);
});
