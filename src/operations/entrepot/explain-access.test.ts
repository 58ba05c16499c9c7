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
