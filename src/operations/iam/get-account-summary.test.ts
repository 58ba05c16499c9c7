import { afterEach, beforeEach, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { perform } from "../perform.ts";
import { createAccessKey } from "./create-access-key.ts";
import { createOpenIDConnectProvider } from "./create-open-id-connect-provider.ts";
import { createPolicyVersion } from "./create-policy-version.ts";
import { getAccountSummary } from "./get-account-summary.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

/** As the codec gets it: JSON has no maps. */
async function summary(caller = callerOf(account)): Promise<ReadonlyMap<string, number>> {
  const answer = await perform(iam.registry.environment, getAccountSummary, {}, caller);
  return (answer as { SummaryMap: ReadonlyMap<string, number> }).SummaryMap;
}

it("counts what the account has, and says what it may have", async () => {
  const allowed = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
  const PolicyArn = await iam.policy("own", allowed);
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: allowed });
  await iam.ask(createPolicyVersion, { PolicyArn, PolicyDocument });
  await iam.role("app");
  await iam.role("other");
  await iam.user("alice");
  await iam.ask(createOpenIDConnectProvider, { Url: "https://token.example" });
  const counted = await summary();
  expect(Object.fromEntries(counted)).toMatchObject({
    ...{ Users: 1, Groups: 0, Roles: 2, Policies: 1, PolicyVersionsInUse: 2, Providers: 1 },
    ...{ UsersQuota: 5000, GroupsPerUserQuota: 10, AccessKeysPerUserQuota: 2 },
    ...{ VersionsPerPolicyQuota: 5, PolicySizeQuota: 6144, MFADevices: 0, InstanceProfiles: 0 },
  });
  const elsewhere = await summary(callerOf(otherAccount));
  expect([elsewhere.get("Roles"), elsewhere.get("Policies")]).toEqual([0, 0]);
  expect([...elsewhere.keys()]).toEqual([...counted.keys()]);
});

it("says whether root has an access key, of the settings or of its own", async () => {
  const present = async (caller = callerOf(account)) =>
    (await summary(caller)).get("AccountAccessKeysPresent");
  expect(await present()).toBe(1);
  expect(await present(callerOf(otherAccount))).toBe(0);
  await iam.ask(createAccessKey, {}, callerOf(otherAccount));
  expect(await present(callerOf(otherAccount))).toBe(1);
});
