import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { policyText, type TestStatement, userWith } from "../../../test/support/identity.ts";
import { createRepository } from "./create-repository.ts";
import { deleteRegistryPolicy } from "./delete-registry-policy.ts";
import { describeImages } from "./describe-images.ts";
import { getRegistryPolicy } from "./get-registry-policy.ts";
import { putAccountSetting } from "./put-account-setting.ts";
import { putRegistryPolicy } from "./put-registry-policy.ts";

const repositoryName = "team/app";
const everyAction = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
const resource = `arn:aws:ecr:us-east-1:${account}:repository/team/*`;
const describe1 = { Effect: "Allow", Action: "ecr:DescribeImages", Resource: resource };

describe("the policy of a registry", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository(repositoryName);
  });
  afterEach(() => registry.close());

  const put = (...statements: TestStatement[]) =>
    registry.ask(putRegistryPolicy, { policyText: policyText(...statements) });

  it("comes back in ECR's layout, and can be removed once", async () => {
    const answer = await put({ ...describe1, Principal: { AWS: otherAccount } });
    expect(answer.registryId).toBe(account);
    expect(answer.policyText).toContain(`"AWS" : "arn:aws:iam::${otherAccount}:root"`);
    expect(await registry.ask(getRegistryPolicy, {})).toEqual(answer);
    expect(await registry.ask(deleteRegistryPolicy, {})).toEqual(answer);
    for (const operation of [getRegistryPolicy, deleteRegistryPolicy]) {
      await expect(registry.ask(operation, {})).rejects.toMatchObject({
        kind: "RegistryPolicyNotFound",
        message: `Registry policy does not exist in the registry with id '${account}'`,
      });
    }
  });

  it("lets another account in to the repositories that it names, and to no others", async () => {
    await registry.createRepository("secret");
    const { ports } = registry.environment;
    const user = await userWith(ports, { account: otherAccount, name: "a" }, everyAction);
    await put({ ...describe1, Principal: { AWS: otherAccount } });
    const ask = (name: string) =>
      registry.ask(describeImages, { registryId: account, repositoryName: name }, user);
    expect(await ask(repositoryName)).toEqual({ imageDetails: [] });
    await expect(ask("secret")).rejects.toMatchObject({ kind: "AccessDenied" });
    await expect(ask("none")).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("denies what it denies to everyone, root included", async () => {
    await put({ ...describe1, Effect: "Deny", Principal: "*" });
    await expect(registry.ask(describeImages, { repositoryName })).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    await registry.createRepository("free");
    expect(await registry.ask(describeImages, { repositoryName: "free" })).toEqual({
      imageDetails: [],
    });
  });

  it("of scope V1 may speak of three actions alone", async () => {
    const setting = { name: "REGISTRY_POLICY_SCOPE", value: "V1" };
    await registry.ask(putAccountSetting, setting);
    await expect(put({ ...describe1, Principal: "*" })).rejects.toMatchObject({
      kind: "InvalidParameter",
      message: expect.stringContaining("'Invalid registry policy provided'"),
    });
    const create = { ...describe1, Action: "ecr:CreateRepository" };
    await put({ ...create, Principal: { AWS: otherAccount } });
    const { ports } = registry.environment;
    const user = await userWith(ports, { account: otherAccount, name: "a" }, everyAction);
    const input = { registryId: account, repositoryName: "team/new" };
    const { repository } = await registry.ask(createRepository, input, user);
    expect(repository?.repositoryArn).toBe(`arn:aws:ecr:us-east-1:${account}:repository/team/new`);
  });

  it("of scope V2 that is out of V1's scope has no say once the scope is V1", async () => {
    await put({ ...describe1, Effect: "Deny", Principal: "*" });
    await registry.ask(putAccountSetting, { name: "REGISTRY_POLICY_SCOPE", value: "V1" });
    expect(await registry.ask(describeImages, { repositoryName })).toEqual({ imageDetails: [] });
  });
});
