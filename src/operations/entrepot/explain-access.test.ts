import { afterEach, beforeEach, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { policyText, userWith } from "../../../test/support/identity.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { setRepositoryPolicy } from "../ecr/set-repository-policy.ts";
import { explainAccess } from "./explain-access.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
});
afterEach(() => registry.close());

it("says of another account's repository whether it is open, and neither policy nor tags", async () => {
  const owner = callerOf(otherAccount);
  const tags = [{ Key: "plan", Value: "hidden-tag" }];
  await registry.ask(createRepository, { repositoryName: "app", tags }, owner);
  const allow = { Effect: "Allow", Action: "ecr:BatchGetImage", Principal: "*" };
  const policy = policyText({ Sid: "hidden", ...allow });
  await registry.ask(setRepositoryPolicy, { repositoryName: "app", policyText: policy }, owner);
  const Condition = { StringEquals: { "aws:ResourceTag/plan": "other" } };
  const ann = await userWith(
    registry.environment.ports,
    { account, name: "ann" },
    { Effect: "Allow", Action: "ecr:BatchGetImage", Resource: "*" },
    { Effect: "Allow", Action: "ecr:ListImages", Resource: "*", Condition },
  );
  const explain = (action: string, name: string) =>
    registry.ask(explainAccess, {
      ...{ principalArn: ann.principal.arn, action },
      resourceArn: `arn:aws:ecr:us-east-1:${otherAccount}:repository/${name}`,
    });
  expect((await explain("ecr:BatchGetImage", "app")).allowed).toBe(true);
  const denied = await explain("ecr:ListImages", "app");
  const absent = await explain("ecr:ListImages", "nothing");
  expect(denied.allowed).toBe(false);
  expect({ ...denied, resourceArn: "" }).toEqual({ ...absent, resourceArn: "" });
  expect(JSON.stringify(denied)).not.toContain("hidden");
});

it("tries policies that are not put yet in the place of those that are in force", async () => {
  await registry.ask(createRepository, { repositoryName: "app" });
  const pull = { Action: "ecr:BatchGetImage" };
  const denying = policyText({ Sid: "no", Effect: "Deny", ...pull, Principal: "*" });
  const stored = { repositoryName: "app", policyText: denying };
  await registry.ask(setRepositoryPolicy, stored);
  const ann = await userWith(
    registry.environment.ports,
    { account, name: "ann" },
    { Effect: "Allow", ...pull, Resource: "*" },
  );
  const resourceArn = `arn:aws:ecr:us-east-1:${account}:repository/app`;
  const ask = (more: object = {}) =>
    registry.ask(explainAccess, {
      ...{ principalArn: ann.principal.arn, action: "ecr:BatchGetImage", resourceArn, ...more },
    });
  const inForce = await ask();
  expect(inForce).toMatchObject({
    ...{ allowed: false, because: "with an explicit deny in a resource-based policy" },
    decidedBy: { sid: "no", policy: "policy of repository app", effect: "Deny" },
  });
  expect((await ask({ repositoryPolicyText: "" })).allowed).toBe(true);
  const other = policyText({ Sid: "yes", Effect: "Allow", ...pull, Principal: "*" });
  const allowed = await ask({ repositoryPolicyText: other });
  expect(allowed.allowed).toBe(true);
  expect(allowed.statements.map(({ sid }) => sid)).toContain("yes");
  expect(allowed.statements.map(({ sid }) => sid)).not.toContain("no");
  const Resource = resourceArn;
  const ofRegistry = policyText({ Sid: "all", Effect: "Deny", ...pull, Principal: "*", Resource });
  const denied = await ask({ repositoryPolicyText: other, registryPolicyText: ofRegistry });
  expect(denied).toMatchObject({
    ...{
      allowed: false,
      decidedBy: { sid: "all", policy: `draft for registry ${account} in us-east-1` },
    },
  });
  expect(await ask()).toEqual(inForce);
});

it("refuses drafts that are no policies, and drafts for what is not the caller's", async () => {
  const root = `arn:aws:iam::${account}:root`;
  const ask = (resourceArn: string, more: object) =>
    registry.ask(explainAccess, {
      ...{ principalArn: root, action: "ecr:BatchGetImage", resourceArn, ...more },
    });
  const own = `arn:aws:ecr:us-east-1:${account}:repository/app`;
  const foreign = `arn:aws:ecr:us-east-1:${otherAccount}:repository/app`;
  for (const [arn, more] of [
    [own, { repositoryPolicyText: "{" }],
    [own, { registryPolicyText: '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}' }],
    [foreign, { repositoryPolicyText: "" }],
    ["*", { repositoryPolicyText: "" }],
  ] as const) {
    await expect(ask(arn, more)).rejects.toMatchObject({ kind: "InvalidParameter" });
  }
});
