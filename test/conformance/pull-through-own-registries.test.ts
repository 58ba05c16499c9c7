/** Private registries of ECR as upstreams: other accounts and regions of this deployment, by role. */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPullThroughCacheRule } from "../../src/operations/ecr/create-pull-through-cache-rule.ts";
import { describePullThroughCacheRules } from "../../src/operations/ecr/describe-pull-through-cache-rules.ts";
import { setRepositoryPolicy } from "../../src/operations/ecr/set-repository-policy.ts";
import { updatePullThroughCacheRule } from "../../src/operations/ecr/update-pull-through-cache-rule.ts";
import { validatePullThroughCacheRule } from "../../src/operations/ecr/validate-pull-through-cache-rule.ts";
import type { AccountId, Region } from "../../src/registry/names.ts";
import { cacheLimits } from "../../src/registry/pull-through-cache/cache-limits.ts";
import { DistributionServer, hostOf } from "../support/distribution-server.ts";
import {
  account,
  callerOf,
  digestOf,
  imageManifest,
  otherAccount,
  TestRegistry,
} from "../support/ecr.ts";
import { policyText, type TestStatement, userWith } from "../support/identity.ts";
import { OciClient } from "../support/oci-client.ts";
import { testPorts } from "../support/ports.ts";
import { addAccounts, roleWith } from "../support/sessions.ts";

const far = "eu-west-1" as Region;
const config = Buffer.from('{"architecture":"amd64","os":"linux"}');
const layer = randomBytes(3 * 1024 * 1024);
const manifest = JSON.stringify(imageManifest(config, layer));
const digest = digestOf(manifest);
const hostAt = (owner: AccountId, region: Region) => `${owner}.dkr.ecr.${region}.amazonaws.com`;

const trust: TestStatement = {
  ...{ Effect: "Allow", Action: "sts:AssumeRole" },
  Principal: { Service: "pullthroughcache.ecr.amazonaws.com" },
};
const fetches: TestStatement = {
  ...{ Effect: "Allow", Resource: "*" },
  Action: ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
};
const roleArn = `arn:aws:iam::${account}:role/fetcher`;

let server: DistributionServer;
let api: TestRegistry;

beforeEach(async () => {
  server = new DistributionServer(await testPorts(), {});
  await server.listen();
  api = new TestRegistry(server.opened);
  await addAccounts(server.opened.ports, account, otherAccount);
});
afterEach(() => server.close());

/** A client of the root of an account, at its registry of a region. */
function rootAt(owner: AccountId, region: Region): OciClient {
  const authorization = server.authorization(owner, region);
  return new OciClient(server.origin, { authorization, host: hostOf(owner, region) });
}

async function publish(owner: AccountId, region: Region, tag = "v1"): Promise<void> {
  await server.createRepository("team/app", "MUTABLE", { account: owner, region });
  const client = rootAt(owner, region);
  for (const bytes of [config, layer]) {
    await client.pushBlob("team/app", bytes);
  }
  const { status } = await client.putManifest("team/app", tag, imageManifest(config, layer));
  expect(status).toBe(201);
}

const open = (owner: AccountId) =>
  api.ask(
    setRepositoryPolicy,
    {
      repositoryName: "team/app",
      policyText: policyText({
        ...{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` } },
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      }),
    },
    { ...callerOf(owner), region: far },
  );

function create(ecrRepositoryPrefix: string, upstreamRegistryUrl: string, more: object = {}) {
  const input = { ecrRepositoryPrefix, upstreamRegistryUrl, ...more };
  return api.ask(createPullThroughCacheRule, input);
}

const statusOf = async (path: string) =>
  (await rootAt(account, "us-east-1" as Region).get(`/v2/${path}`)).status;

it("another region of the account is read as ECR's own role, without customRoleArn", async () => {
  await publish(account, far);
  const made = await create("far", hostAt(account, far), { upstreamRegistry: "ecr" });
  expect(made).toMatchObject({ upstreamRegistry: "ecr" });
  const ecrRepositoryPrefix = "far";
  expect(await api.ask(validatePullThroughCacheRule, { ecrRepositoryPrefix })).toMatchObject({
    isValid: true,
  });
  const client = rootAt(account, "us-east-1" as Region);
  const got = await client.get("/v2/far/team/app/manifests/v1");
  expect([got.status, got.headers.get("docker-content-digest")]).toEqual([200, digest]);
  for (const bytes of [config, layer]) {
    const blob = await client.get(`/v2/far/team/app/blobs/${digestOf(bytes)}`);
    expect(blob.body.equals(bytes)).toBe(true);
  }
  expect(await statusOf("far/team/none/manifests/v1")).toBe(404);
});

it("another account is read as the rule's role, with the leave of both sides", async () => {
  await publish(otherAccount, far);
  const { ports, clock } = server.opened;
  const url = hostAt(otherAccount, far);
  await expect(create("other", url)).rejects.toThrow(/customRoleArn/);
  await roleWith(ports, { account, name: "fetcher", trust: [trust] }, fetches);
  await create("other", url, { customRoleArn: roleArn });
  const path = "other/team/app/manifests/v1";
  const refused = await rootAt(account, "us-east-1" as Region).get(`/v2/${path}`);
  expect([refused.status, refused.text()]).toEqual([
    403,
    expect.stringContaining("ecr:BatchGetImage"),
  ]);
  await open(otherAccount);
  clock.advance(cacheLimits.credentialsMs);
  expect(await statusOf(path)).toBe(200);
  expect(await statusOf(`other/team/app/blobs/${digestOf(layer)}`)).toBe(200);
});

it("a role counts that trusts the service and may read, and no other", async () => {
  await publish(otherAccount, far);
  await open(otherAccount);
  const { ports } = server.opened;
  const elsewhere = { ...trust, Principal: { Service: "ecr.amazonaws.com" } };
  await roleWith(ports, { account, name: "mute", trust: [trust] });
  await roleWith(ports, { account, name: "strange", trust: [elsewhere] }, fetches);
  const url = hostAt(otherAccount, far);
  for (const name of ["mute", "strange", "gone"]) {
    await create(name, url, { customRoleArn: `arn:aws:iam::${account}:role/${name}` });
    expect(await statusOf(`${name}/team/app/manifests/v1`)).toBe(403);
    const asked = { ecrRepositoryPrefix: name };
    expect(await api.ask(validatePullThroughCacheRule, asked)).toMatchObject({ isValid: false });
  }
  await roleWith(ports, { account, name: "fetcher", trust: [trust] }, fetches);
  const changed = { ecrRepositoryPrefix: "gone", customRoleArn: roleArn };
  expect(await api.ask(updatePullThroughCacheRule, changed)).toMatchObject(changed);
  expect(await statusOf("gone/team/app/manifests/v1")).toBe(200);
  const { pullThroughCacheRules = [] } = await api.ask(describePullThroughCacheRules, {});
  expect(pullThroughCacheRules.map((each) => each.customRoleArn)).toContain(roleArn);
});

it("refuses what fits no registry of ECR, and roles that the caller may not pass", async () => {
  await expect(create("self", hostAt(account, "us-east-1" as Region))).rejects.toThrow(/itself/);
  await expect(create("north", hostAt(account, "eu-north-1" as Region))).rejects.toThrow(
    /no way to the registries of region 'eu-north-1'/,
  );
  await expect(create("quay", "quay.io", { customRoleArn: roleArn })).rejects.toThrow(
    /private registries of ECR/,
  );
  const may = { Effect: "Allow", Action: "ecr:CreatePullThroughCacheRule", Resource: "*" };
  const linked = { ...may, Action: "iam:CreateServiceLinkedRole" };
  const { ports } = server.opened;
  const caller = await userWith(ports, { account, name: "maker" }, may, linked);
  const input = {
    ...{ ecrRepositoryPrefix: "far", upstreamRegistryUrl: hostAt(account, far) },
    customRoleArn: roleArn,
  };
  await expect(api.ask(createPullThroughCacheRule, input, caller)).rejects.toThrow(/iam:PassRole/);
});
