/** What several do at once to the same roles and policies: someone is first, and nothing is torn. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam, trustPolicy } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { attachPolicy } from "./attached-policies.ts";
import { addPolicyVersion, deleteManagedPolicy } from "./change-managed-policy.ts";
import { createRole } from "./create-role.ts";
import { deleteRole } from "./delete-role.ts";
import { setBoundary } from "./permissions-boundary.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const statement = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
const app = { account, kind: "role", name: "app" } as const;

/** How many of them succeeded; the others must have been refused, and not broken. */
async function succeeded(attempts: readonly Promise<unknown>[]): Promise<number> {
  const outcomes = await Promise.allSettled(attempts);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toHaveProperty("kind");
  }
  return outcomes.filter(({ status }) => status === "fulfilled").length;
}

it("nobody has, or is bounded by, a policy that was deleted meanwhile", async () => {
  const { ports } = iam;
  const { policies } = ports.metadata.identity;
  await iam.role("app");
  for (let round = 0; round < 5; round += 1) {
    const arn = await iam.policy(`policy-${round}`, statement);
    await succeeded([
      attachPolicy(ports, app, arn),
      deleteManagedPolicy(ports, { account, arn }),
      setBoundary(ports, app, arn),
    ]);
    const uses =
      (await policies.attachmentCount(account, arn)) + (await policies.boundaryCount(account, arn));
    const isThere = (await policies.find(account, `policy-${round}`)) !== undefined;
    expect(uses > 0).toBe(isThere);
    await setBoundary(ports, app, undefined);
  }
});

it("a role that was deleted meanwhile leaves no attachment behind", async () => {
  const { ports } = iam;
  const arn = await iam.policy("own", statement);
  for (let round = 0; round < 5; round += 1) {
    await iam.role("app");
    await succeeded([deleteRole(ports, account, "app"), attachPolicy(ports, app, arn)]);
    const isThere =
      (await ports.metadata.identity.entities.find(account, "role", "app")) !== undefined;
    const count = await ports.metadata.identity.policies.attachmentCount(account, arn);
    expect(count).toBe(isThere ? 1 : 0);
    if (!isThere) continue;
    await ports.metadata.transaction(async ({ identity }) => {
      const role = await identity.entities.lock(account, "role", "app");
      if (role !== undefined) await identity.policies.detach(role, arn);
    });
    await deleteRole(ports, account, "app");
  }
});

it("of many that make a role of one name, one makes it", async () => {
  const wanted = {
    ...{ account, name: "app", path: "/", trustPolicy: trustPolicy(account), description: "" },
    ...{ maxSessionSeconds: 3_600, boundary: undefined, tags: [] },
  };
  const attempts = ["app", "APP", "App", "aPP"].map((name) =>
    createRole(iam.ports, { ...wanted, name }),
  );
  expect(await succeeded(attempts)).toBe(1);
});

it("of many that add a version, as many do as there is room for, each under a number of its own", async () => {
  const arn = await iam.policy("own", statement);
  const document = policyText(statement);
  const attempts = Array.from({ length: 8 }, () =>
    addPolicyVersion(iam.ports, { account, arn }, { document, isDefault: true }),
  );
  expect(await succeeded(attempts)).toBe(4);
  const policy = await iam.ports.metadata.identity.policies.find(account, "own");
  expect(policy).toMatchObject({ versionsMade: 5, defaultVersion: 5 });
});
