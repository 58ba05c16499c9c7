import { afterEach, beforeEach, expect, it } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { createAccessKey } from "./create-access-key.ts";
import { createLoginProfile } from "./create-login-profile.ts";
import { createUser } from "./create-user.ts";
import { generateCredentialReport } from "./generate-credential-report.ts";
import { getCredentialReport } from "./get-credential-report.ts";
import { updateAccessKey } from "./update-access-key.ts";
import { updateAccountPasswordPolicy } from "./update-account-password-policy.ts";

const hour = 3_600_000;
const start = Date.parse("2026-11-28T00:00:00.500Z");
let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  iam.registry.clock.set(start);
});
afterEach(() => iam.registry.close());

async function report(caller = callerOf(account)): Promise<Record<string, string>[]> {
  const { Content } = await iam.ask(getCredentialReport, {}, caller);
  const text = Buffer.from(String(Content), "base64").toString();
  const [titles = [], ...lines] = text.split("\n").map((line) => line.split(","));
  return lines.map((values) =>
    Object.fromEntries(titles.map((title, index) => [title, values[index] ?? ""])),
  );
}

it("tells of root and of every user which credentials they hold", async () => {
  await iam.ask(createUser, { UserName: "bare", Path: "/team/" });
  await iam.ask(createUser, { UserName: "full" });
  await iam.ask(updateAccountPasswordPolicy, { MaxPasswordAge: "1" });
  await iam.ask(createLoginProfile, { UserName: "full", Password: "Long-enough-1!" });
  const { AccessKey } = await iam.ask(createAccessKey, { UserName: "full" });
  const { AccessKeyId } = AccessKey;
  await iam.ask(updateAccessKey, { UserName: "full", AccessKeyId, Status: "Inactive" });
  await iam.ports.metadata.transaction(({ identity }) =>
    identity.accessKeys.recordUse(AccessKeyId ?? "", {
      ...{ at: start + hour, region: "eu-west-1", service: "ecr" },
    }),
  );
  expect(await iam.ask(generateCredentialReport)).toEqual({ State: "COMPLETE" });
  const [root, bare, full, ...others] = await report();
  expect(others).toEqual([]);
  expect(root).toMatchObject({
    ...{ user: "<root_account>", arn: `arn:aws:iam::${account}:root`, mfa_active: "false" },
    ...{ password_enabled: "not_supported", access_key_1_active: "true" },
    ...{ access_key_2_active: "false", cert_1_active: "false", cert_2_last_rotated: "N/A" },
  });
  expect(bare).toMatchObject({
    ...{ user: "bare", arn: `arn:aws:iam::${account}:user/team/bare` },
    ...{ user_creation_time: "2026-11-28T00:00:00+00:00", password_enabled: "false" },
    ...{ password_last_used: "N/A", access_key_1_active: "false" },
    access_key_1_last_rotated: "N/A",
  });
  expect(full).toMatchObject({
    ...{ user: "full", password_enabled: "true", password_last_used: "no_information" },
    ...{ password_last_changed: "2026-11-28T00:00:00+00:00" },
    ...{ password_next_rotation: "2026-11-29T00:00:00+00:00", access_key_1_active: "false" },
    ...{ access_key_1_last_rotated: "2026-11-28T00:00:00+00:00" },
    ...{ access_key_1_last_used_date: "2026-11-28T01:00:00+00:00" },
    ...{ access_key_1_last_used_region: "eu-west-1", access_key_1_last_used_service: "ecr" },
  });
});

it("is not there before it is made, and each account has its own", async () => {
  await expect(report()).rejects.toMatchObject({ kind: "CredentialReportNotPresent" });
  await iam.ask(generateCredentialReport, {}, callerOf(otherAccount));
  await expect(report()).rejects.toMatchObject({ kind: "CredentialReportNotPresent" });
  expect(await report(callerOf(otherAccount))).toMatchObject([
    { arn: `arn:aws:iam::${otherAccount}:root`, access_key_1_active: "false" },
  ]);
});

it("stays as it is for four hours, and has to be made anew after that", async () => {
  await iam.ask(generateCredentialReport);
  await iam.ask(createUser, { UserName: "late" });
  iam.registry.clock.set(start + 4 * hour - 1);
  await iam.ask(generateCredentialReport);
  expect(await report()).toHaveLength(1);
  expect(await iam.ask(getCredentialReport)).toMatchObject({
    ...{ ReportFormat: "text/csv", GeneratedTime: "2026-11-28T00:00:00Z" },
  });
  iam.registry.clock.set(start + 4 * hour);
  await expect(report()).rejects.toMatchObject({ kind: "CredentialReportExpired" });
  await iam.ask(generateCredentialReport);
  expect(await report()).toHaveLength(2);
});

it("is seen by every replica, since it is kept with the metadata", async () => {
  await iam.ask(generateCredentialReport);
  expect(await iam.registry.dump()).toContain("password_next_rotation");
});
