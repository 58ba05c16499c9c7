/** Private registries of ECR as upstreams that are elsewhere: asked with the token of a peer. */
import { randomBytes } from "node:crypto";
import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  ValidatePullThroughCacheRuleCommand,
} from "@aws-sdk/client-ecr";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { expect, it, onTestFinished } from "vitest";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { createPullThroughCacheRule } from "../../src/operations/ecr/create-pull-through-cache-rule.ts";
import { validatePullThroughCacheRule } from "../../src/operations/ecr/validate-pull-through-cache-rule.ts";
import type { PeerRegistry } from "../../src/ports/peer-registry.ts";
import type { AccountId, Region } from "../../src/registry/names.ts";
import { cacheLimits } from "../../src/registry/pull-through-cache/cache-limits.ts";
import { account, deployment, digestOf, imageManifest, TestRegistry } from "../support/ecr.ts";
import { policyText } from "../support/identity.ts";
import { OciClient } from "../support/oci-client.ts";
import { testPorts } from "../support/ports.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { addAccounts, roleWith } from "../support/sessions.ts";
import { UpstreamServer } from "../support/upstream-server.ts";

const there = "eu-west-2" as Region;

const fetches = {
  ...{ Effect: "Allow", Resource: "*" },
  Action: ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
};

async function clientsOf({ origin, accessKeyId, secretAccessKey }: RunningServer, region: string) {
  const client = { region, endpoint: origin, credentials: { accessKeyId, secretAccessKey } };
  const ecr = new ECRClient(client);
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const authorization = `Basic ${authorizationData?.[0]?.authorizationToken}`;
  return { ecr, iam: new IAMClient(client), oci: new OciClient(origin, { authorization }) };
}

it("one process caches what another one has, with the token that it gives to the peer's key", async () => {
  const upstreamAccount = "222222222222";
  const upstream = await startServer({
    settings: {
      ...{ ENTREPOT_REGION: there, ENTREPOT_REGIONS: there, ENTREPOT_ACCOUNT: upstreamAccount },
    },
  });
  onTestFinished(async () => void (await upstream.stop()));
  const { accessKeyId, secretAccessKey, httpsOrigin: url, ca } = upstream;
  const cache = await startServer({
    settings: {
      ENTREPOT_PEERS: JSON.stringify({ [there]: { url, accessKeyId, secretAccessKey, ca } }),
      ENTREPOT_EGRESS_ALLOW: "127.0.0.0/8,::1/128",
    },
  });
  onTestFinished(async () => void (await cache.stop()));
  const source = await clientsOf(upstream, there);
  const { ecr, iam, oci } = await clientsOf(cache, "us-east-1");

  await source.ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app" }));
  const [config, layer] = [Buffer.from("{}"), randomBytes(2 * 1024 * 1024)];
  for (const bytes of [config, layer]) await source.oci.pushBlob("team/app", bytes);
  const manifest = imageManifest(config, layer);
  expect((await source.oci.putManifest("team/app", "v1", manifest)).status).toBe(201);

  const AssumeRolePolicyDocument = policyText({
    ...{ Effect: "Allow", Action: "sts:AssumeRole" },
    Principal: { Service: "pullthroughcache.ecr.amazonaws.com" },
  });
  const RoleName = "fetcher";
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const rule = {
    ...{ ecrRepositoryPrefix: "peer", customRoleArn: Role?.Arn, upstreamRegistry: "ecr" as const },
    upstreamRegistryUrl: `${upstreamAccount}.dkr.ecr.${there}.amazonaws.com`,
  };
  expect(await ecr.send(new CreatePullThroughCacheRuleCommand(rule))).toMatchObject(rule);
  const path = "/v2/peer/team/app";
  expect((await oci.get(`${path}/manifests/v1`)).status).toBe(403);
  const PolicyDocument = policyText(fetches);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "inline", PolicyDocument }));
  await expect
    .poll(async () => (await oci.get(`${path}/manifests/v1`)).status, { timeout: 30_000 })
    .toBe(200);
  const got = await oci.get(`${path}/blobs/${digestOf(layer)}`);
  expect(got.body.equals(layer)).toBe(true);
  const ecrRepositoryPrefix = "peer";
  const validate = new ValidatePullThroughCacheRuleCommand({ ecrRepositoryPrefix });
  expect((await ecr.send(validate)).isValid).toBe(true);
}, 120_000);

it("a peer's token is kept until it ends, and no longer than the upstream takes it", async () => {
  const opened = await testPorts();
  const upstream = new UpstreamServer();
  onTestFinished(async () => {
    await upstream.close();
    await opened.close();
  });
  await upstream.listen();
  const { clock } = opened;
  const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1" });
  const registry = new TestRegistry({ ...opened, ports: { ...opened.ports, egress } });
  await addAccounts(opened.ports, account);
  const lifeMs = 12 * 3_600_000;
  let given = 0;
  const peer: PeerRegistry = {
    ask: async (_service, operation, input) => {
      expect([operation, input]).toEqual([
        "GetAuthorizationToken",
        { registryIds: ["222222222222"] },
      ]);
      given += 1;
      const authorizationToken = Buffer.from(`AWS:token-${given}`).toString("base64");
      const expiresAt = (clock.now() + lifeMs) / 1000;
      const data = { authorizationToken, expiresAt, proxyEndpoint: upstream.origin };
      return { authorizationData: [data] };
    },
  };
  let taken = 1;
  upstream.before = ({ headers }, response) => {
    const wanted = `Basic ${Buffer.from(`AWS:token-${taken}`).toString("base64")}`;
    if (headers.authorization === wanted) return false;
    response.writeHead(401, { "www-authenticate": "Basic" }).end();
    return true;
  };
  const allow = (...accounts: AccountId[]) =>
    Object.assign(registry.environment, {
      deployment: {
        ...{ ...deployment, peers: new Map([[there, peer]]) },
        peerAccounts: new Map([[there, new Set(accounts)]]),
      },
    });
  allow();
  const { ports } = registry.environment;
  const trust = {
    ...{ Effect: "Allow", Action: "sts:AssumeRole" },
    Principal: { Service: "pullthroughcache.ecr.amazonaws.com" },
  };
  await roleWith(ports, { account, name: "fetcher", trust: [trust] }, fetches);
  const ecrRepositoryPrefix = "peer";
  await registry.ask(createPullThroughCacheRule, {
    ...{ ecrRepositoryPrefix, customRoleArn: `arn:aws:iam::${account}:role/fetcher` },
    upstreamRegistryUrl: `222222222222.dkr.ecr.${there}.amazonaws.com`,
  });
  const validate = () => registry.ask(validatePullThroughCacheRule, { ecrRepositoryPrefix });
  expect(await validate()).toMatchObject({
    isValid: false,
    failure: expect.stringContaining("not one of those that may ask the peer"),
  });
  expect([given, upstream.asked]).toEqual([0, []]);
  allow(account);
  for (let minute = 0; minute < 3; minute++) {
    expect(await validate()).toMatchObject({ isValid: true });
    clock.advance(cacheLimits.credentialsMs);
  }
  expect(given).toBe(1);
  taken = 2; // The first one was revoked.
  expect((await validate()).isValid).toBe(false);
  expect((await validate()).isValid).toBe(true);
  expect(given).toBe(2);
  clock.advance(lifeMs - cacheLimits.tokenMarginMs);
  taken = 3;
  expect((await validate()).isValid).toBe(true);
});
