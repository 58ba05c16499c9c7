import { afterEach, beforeEach, expect, it } from "vitest";
import { account, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { policyText, userWith } from "../../../test/support/identity.ts";
import { setRepositoryPolicy } from "../ecr/set-repository-policy.ts";
import { explainAccess } from "./explain-access.ts";
import { listRepositoryAccess } from "./list-repository-access.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await registry.createRepository("app");
});
afterEach(() => registry.close());

const user = (name: string, ...actions: string[]) =>
  userWith(
    registry.environment.ports,
    { account, name },
    { Effect: "Allow", Action: actions, Resource: "*" },
  );

async function access(input: object = {}, caller?: Awaited<ReturnType<typeof user>>) {
  const { principals } = await registry.ask(
    listRepositoryAccess,
    { repositoryName: "app", ...input },
    caller,
  );
  return Object.fromEntries(
    principals.map(({ principalArn, purposes }) => [
      principalArn.split("/").at(-1),
      Object.fromEntries(purposes.map(({ purpose, missingActions: left }) => [purpose, left])),
    ]),
  );
}

it("tells of each principal what it can do, and which actions it lacks, as the guard decides", async () => {
  await user("ann", "ecr:*");
  const bob = await user("bob", "ecr:GetAuthorizationToken", "ecr:BatchGetImage");
  const { ann, bob: found } = await access();
  expect(ann).toEqual({ PULL: [], PUSH: [], SCAN: [], DELETE: [], ADMINISTER: [] });
  expect(found?.PULL).toEqual(["ecr:GetDownloadUrlForLayer"]);
  expect(found?.DELETE).toEqual(["ecr:BatchDeleteImage", "ecr:DeleteRepository"]);
  const resourceArn = `arn:aws:ecr:us-east-1:${account}:repository/app`;
  for (const action of ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage"]) {
    const asked = { principalArn: bob.principal.arn, action, resourceArn };
    const { allowed } = await registry.ask(explainAccess, asked);
    expect([...(found?.PULL ?? []), ...(found?.PUSH ?? [])].includes(action)).toBe(!allowed);
  }
});

it("tries a repository policy that is not put yet, and puts none", async () => {
  await user("ann", "ecr:*");
  const Action = "ecr:PutImage";
  const denying = policyText({ Effect: "Deny", Action, Principal: "*" });
  await registry.ask(setRepositoryPolicy, { repositoryName: "app", policyText: denying });
  expect((await access()).ann?.PUSH).toEqual([Action]);
  expect((await access({ repositoryPolicyText: "" })).ann?.PUSH).toEqual([]);
  const other = policyText({ Effect: "Deny", Action: "ecr:BatchGetImage", Principal: "*" });
  expect((await access({ repositoryPolicyText: other })).ann?.PULL).toEqual(["ecr:BatchGetImage"]);
  expect((await access()).ann?.PUSH).toEqual([Action]);
});

it("tells of all, page by page, users before roles", async () => {
  for (let n = 0; n < 23; n += 1) await user(`user-${String(n).padStart(2, "0")}`, "ecr:*");
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await registry.ask(listRepositoryAccess, { repositoryName: "app", nextToken });
    expect(page.principals.length).toBeLessThanOrEqual(20);
    names.push(...page.principals.map(({ principalArn }) => principalArn.split(":").at(-1) ?? ""));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(names.filter((name) => name.startsWith("user/"))).toHaveLength(23);
  expect(new Set(names).size).toBe(names.length);
});

it("tells nobody of principals whose access they may not explain", async () => {
  await user("ann", "ecr:*");
  const bob = await user("bob", "entrepot:ListRepositoryAccess");
  expect(await access({}, bob)).toEqual({});
  await expect(access({}, await user("eve", "ecr:*"))).rejects.toMatchObject({
    kind: "AccessDenied",
  });
});
