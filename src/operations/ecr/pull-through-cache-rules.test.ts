import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { createSecret } from "../secretsmanager/create-secret.ts";
import { createPullThroughCacheRule as createRule } from "./create-pull-through-cache-rule.ts";
import { deletePullThroughCacheRule as deleteRule } from "./delete-pull-through-cache-rule.ts";
import { describePullThroughCacheRules as describeRules } from "./describe-pull-through-cache-rules.ts";
import { updatePullThroughCacheRule as updateRule } from "./update-pull-through-cache-rule.ts";

describe("pull through cache rules", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  const create = (ecrRepositoryPrefix: string, more: object = {}, caller = callerOf(account)) =>
    registry.ask(
      createRule,
      { ecrRepositoryPrefix, upstreamRegistryUrl: "quay.io", ...more },
      caller,
    );
  const prefixes = async (asked: object) => {
    const { pullThroughCacheRules = [] } = await registry.ask(describeRules, asked);
    return pullThroughCacheRules.map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix);
  };
  const secret = async (Name: string, SecretString = '{"username":"u","accessToken":"t"}') => {
    const { ARN } = await registry.ask(createSecret, { Name, SecretString });
    return ARN ?? "";
  };

  it("say what was wanted, with the upstream's name where ECR has one", async () => {
    registry.clock.set(1_700_000_000_250);
    expect(await create("quay/")).toEqual({
      ...{ ecrRepositoryPrefix: "quay/", upstreamRegistryUrl: "quay.io", registryId: account },
      ...{ upstreamRegistry: "quay", createdAt: 1_700_000_000.25 },
    });
    const upstreamRegistryUrl = "https://registry.example:5000";
    const own = await create("own", { upstreamRegistryUrl, upstreamRepositoryPrefix: "team/a" });
    expect(own).toMatchObject({ upstreamRegistryUrl, upstreamRepositoryPrefix: "team/a" });
    expect(own).not.toHaveProperty("upstreamRegistry");
    // A slash ends every prefix, whether it is written or not.
    await expect(create("quay")).rejects.toMatchObject({
      kind: "PullThroughCacheRuleAlreadyExists",
    });
    await create("ROOT");
    expect(await prefixes({})).toEqual(["ROOT", "own", "quay/"]);
    expect(await prefixes({ ecrRepositoryPrefixes: ["quay", "ROOT"] })).toEqual(["quay/", "ROOT"]);
    await expect(prefixes({ ecrRepositoryPrefixes: ["quay", "never"] })).rejects.toMatchObject({
      kind: "PullThroughCacheRuleNotFound",
    });
    await expect(
      prefixes({ ecrRepositoryPrefixes: ["quay"], maxResults: 1 }),
    ).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("are of Azure whatever ending its names have, and not without credentials", async () => {
    for (const name of ["team", "team0", "teamreg-a1b2c3d4e5f6g7h8"]) {
      const upstreamRegistryUrl = `${name}.azurecr.io`;
      await expect(create("azure", { upstreamRegistryUrl })).rejects.toMatchObject({
        kind: "UnsupportedUpstreamRegistry",
        message: expect.stringMatching(/requires authentication/),
      });
    }
    const credentialArn = await secret("ecr-pullthroughcache/azure");
    const upstreamRegistryUrl = "teamreg-a1b2c3d4e5f6g7h8.azurecr.io";
    expect(await create("azure", { upstreamRegistryUrl, credentialArn })).toMatchObject({
      upstreamRegistry: "azure-container-registry",
    });
  });

  it.each([
    ["is no registry's", { upstreamRegistryUrl: "quay.io/library" }],
    ["has credentials in it", { upstreamRegistryUrl: "https://u:p@quay.io" }],
    ["is another one than was named", { upstreamRegistry: "k8s" }],
    [
      "is no registry that was named",
      { upstreamRegistryUrl: "a.example", upstreamRegistry: "quay" },
    ],
    ["is to be asked with credentials", { upstreamRegistryUrl: "registry-1.docker.io" }],
    [
      "is a private registry of a region that there is no way to",
      { upstreamRegistryUrl: `${otherAccount}.dkr.ecr.eu-west-3.amazonaws.com` },
    ],
  ])("are refused where the upstream %s", async (_what, more) => {
    const before = await registry.dump();
    const kind = "UnsupportedUpstreamRegistry";
    await expect(create("hub", more)).rejects.toMatchObject({ kind });
    expect(await registry.dump()).toBe(before);
  });

  it.each([
    ["a prefix of one character", { ecrRepositoryPrefix: "a" }],
    ["a prefix of 31 characters", { ecrRepositoryPrefix: "a".repeat(31) }],
    ["a prefix that no repository has", { ecrRepositoryPrefix: "UPPER" }],
    [
      "a role for an upstream that is not asked as one",
      { customRoleArn: `arn:aws:iam::${account}:role/r` },
    ],
    [
      "a secret of another name",
      { credentialArn: `arn:aws:secretsmanager:us-east-1:${account}:secret:other-123456` },
    ],
    [
      "an upstream prefix below ROOT",
      { ecrRepositoryPrefix: "ROOT", upstreamRepositoryPrefix: "ab" },
    ],
  ])("are refused with %s", async (_what, more) => {
    await expect(create("hub", more)).rejects.toMatchObject({ kind: "InvalidParameter" });
  });

  it("take credentials that the service can read, of the registry's own secrets", async () => {
    const credentialArn = await secret("ecr-pullthroughcache/hub");
    const hub = { upstreamRegistryUrl: "registry-1.docker.io", credentialArn };
    expect(await create("hub", hub)).toMatchObject({
      upstreamRegistry: "docker-hub",
      credentialArn,
    });
    const missing = `${credentialArn.slice(0, -6)}abcdef`;
    await expect(create("hub2", { credentialArn: missing })).rejects.toMatchObject({
      kind: "SecretNotFound",
    });
    const foreign = credentialArn.replace(account, otherAccount);
    await expect(create("hub2", { credentialArn: foreign })).rejects.toMatchObject({
      kind: "UnableToAccessSecret",
    });
    const other = await secret("ecr-pullthroughcache/other");
    registry.clock.advance(1000);
    const update = { ecrRepositoryPrefix: "hub", credentialArn: other };
    expect(await registry.ask(updateRule, update)).toMatchObject({ credentialArn: other });
    const { pullThroughCacheRules: [changed] = [] } = await registry.ask(describeRules, {});
    expect(changed).toMatchObject({
      credentialArn: other,
      upstreamRegistryUrl: hub.upstreamRegistryUrl,
    });
    expect((changed?.updatedAt ?? 0) - (changed?.createdAt ?? 0)).toBe(1);
    await expect(
      registry.ask(updateRule, { ecrRepositoryPrefix: "hub", credentialArn: missing }),
    ).rejects.toMatchObject({ kind: "SecretNotFound" });
    const gone = await registry.ask(deleteRule, { ecrRepositoryPrefix: "hub/" });
    expect(gone).toMatchObject({ ecrRepositoryPrefix: "hub", credentialArn: other });
    for (const again of [deleteRule, updateRule]) {
      await expect(registry.ask(again, { ecrRepositoryPrefix: "hub" })).rejects.toMatchObject({
        kind: "PullThroughCacheRuleNotFound",
      });
    }
  });

  it("are another account's own, and made by who may make the role that fetches", async () => {
    await expect(create("quay", {}, callerOf(otherAccount))).resolves.toBeDefined();
    expect(await prefixes({})).toEqual([]);
    const { ports } = registry.environment;
    const allow = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
    const caller = await userWith(ports, { account, name: "u" }, allow);
    await expect(create("quay", {}, caller)).rejects.toMatchObject({ kind: "AccessDenied" });
    await create("quay");
    await expect(create("other", {}, caller)).resolves.toBeDefined();
  });
});
