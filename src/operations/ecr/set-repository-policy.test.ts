import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { policyText, userWith } from "../../../test/support/identity.ts";
import { deleteRepository } from "./delete-repository.ts";
import { deleteRepositoryPolicy } from "./delete-repository-policy.ts";
import { describeImages } from "./describe-images.ts";
import { getRepositoryPolicy } from "./get-repository-policy.ts";
import { setRepositoryPolicy } from "./set-repository-policy.ts";

const repositoryName = "team/app";
const other = { registryId: account, repositoryName };
const describeAll = { Effect: "Allow", Action: "ecr:DescribeImages", Principal: "*" };

describe("the policy of a repository", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
    await registry.createRepository(repositoryName);
  });
  afterEach(() => registry.close());

  const set = (text: string, more: object = {}) =>
    registry.ask(setRepositoryPolicy, { repositoryName, policyText: text, ...more });

  it("comes back in ECR's layout, and can be removed once", async () => {
    const text = policyText({ Sid: "all may look", ...describeAll });
    const shown = `{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Sid" : "all may look",
    "Effect" : "Allow",
    "Action" : "ecr:DescribeImages",
    "Principal" : "*"
  } ]
}`;
    const answer = { registryId: account, repositoryName, policyText: shown };
    expect(await set(text)).toEqual(answer);
    expect(await registry.ask(getRepositoryPolicy, { repositoryName })).toEqual(answer);
    expect(await registry.ask(deleteRepositoryPolicy, { repositoryName })).toEqual(answer);
    for (const operation of [getRepositoryPolicy, deleteRepositoryPolicy]) {
      await expect(registry.ask(operation, { repositoryName })).rejects.toMatchObject({
        kind: "RepositoryPolicyNotFound",
        message: `Repository policy does not exist for the repository with name '${repositoryName}' in the registry with id '${account}'`,
      });
    }
  });

  it("lets another account's user in only when both sides allow it, and at once", async () => {
    const allowed = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
    const { ports } = registry.environment;
    const user = await userWith(ports, { account: otherAccount, name: "a" }, allowed);
    const powerless = await userWith(ports, { account: otherAccount, name: "b" });
    const ask = (caller = user) => registry.ask(describeImages, other, caller);
    await expect(ask()).rejects.toMatchObject({
      kind: "AccessDenied",
      message: `User: ${user.principal.arn} is not authorized to perform: ecr:DescribeImages on resource: arn:aws:ecr:us-east-1:${account}:repository/${repositoryName} because no resource-based policy allows the ecr:DescribeImages action`,
    });
    await set(policyText({ ...describeAll, Principal: { AWS: otherAccount } }));
    expect(await ask()).toEqual({ imageDetails: [] });
    await expect(ask(powerless)).rejects.toMatchObject({
      kind: "AccessDenied",
      message: expect.stringContaining("because no identity-based policy allows"),
    });
    await registry.ask(deleteRepositoryPolicy, { repositoryName });
    await expect(ask()).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("grants a user of its own account what no identity policy does, where it names the user", async () => {
    const { ports } = registry.environment;
    const user = await userWith(ports, { account, name: "a" });
    await set(policyText({ ...describeAll, Principal: { AWS: user.principal.arn } }));
    const ask = () => registry.ask(describeImages, { repositoryName }, user);
    expect(await ask()).toEqual({ imageDetails: [] });
    // The account's name alone leaves it to identity policies.
    await set(policyText({ ...describeAll, Principal: { AWS: account } }));
    await expect(ask()).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("denies even root what it denies", async () => {
    await set(policyText({ ...describeAll, Effect: "Deny" }));
    await expect(registry.ask(describeImages, { repositoryName })).rejects.toMatchObject({
      kind: "AccessDenied",
      message: expect.stringContaining("with an explicit deny in a resource-based policy"),
    });
  });

  it("47: does not mean a user who is made again under the name of one that it meant", async () => {
    const { ports } = registry.environment;
    const user = await userWith(ports, { account, name: "a" });
    await set(policyText({ ...describeAll, Principal: { AWS: user.principal.arn } }));
    const id = user.principal.uniqueId;
    await ports.metadata.transaction((change) => change.identity.entities.remove({ account, id }));
    const again = await userWith(ports, { account, name: "a" });
    expect(again.principal.arn).toBe(user.principal.arn);
    await expect(registry.ask(describeImages, { repositoryName }, again)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    const { policyText: shown } = await registry.ask(getRepositoryPolicy, { repositoryName });
    expect(shown).toContain(`"AWS" : "${id}"`);
  });

  it("is not set where its caller could not set another, unless that is meant", async () => {
    const lockOut = policyText({ ...describeAll, Effect: "Deny", Action: "ecr:*" });
    await expect(set(lockOut)).rejects.toMatchObject({ kind: "InvalidParameter" });
    await expect(registry.ask(getRepositoryPolicy, { repositoryName })).rejects.toMatchObject({
      kind: "RepositoryPolicyNotFound",
    });
    await set(lockOut, { force: true });
    await expect(set(policyText(describeAll))).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it.each([
    ["no JSON", "{"],
    ["no policy", "{}"],
    ["a token for everyone", policyText({ ...describeAll, Action: "ecr:GetAuthorizationToken" })],
    ["an action of another service", policyText({ ...describeAll, Action: "s3:GetObject" })],
    ["no principal", policyText({ Effect: "Allow", Action: "ecr:*" })],
    ["28: a member twice", '{"Statement":[],"Statement":[]}'],
  ])("refuses %s, and changes nothing", async (_what, text) => {
    const before = await registry.dump();
    await expect(set(text)).rejects.toMatchObject({
      kind: "InvalidParameter",
      message: expect.stringMatching(
        /^Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'/,
      ),
    });
    expect(await registry.dump()).toBe(before);
  });

  it.each([
    `arn:aws:iam::${account}:user/nobody`,
    `arn:aws:iam::${account}:role/none`,
    "AIDAAAAAAAAAAAAAAAAAA",
  ])("refuses the principal %s, whom there is not", async (AWS) => {
    await expect(set(policyText({ ...describeAll, Principal: { AWS } }))).rejects.toMatchObject({
      kind: "InvalidParameter",
      message:
        "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'",
    });
  });

  it("goes with its repository, and a new one of that name has none", async () => {
    await set(policyText(describeAll));
    await registry.ask(deleteRepository, { repositoryName });
    await registry.createRepository(repositoryName);
    await expect(registry.ask(getRepositoryPolicy, { repositoryName })).rejects.toMatchObject({
      kind: "RepositoryPolicyNotFound",
    });
  });
});
