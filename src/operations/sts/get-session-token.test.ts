import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { addAccounts, callerWith } from "../../../test/support/sessions.ts";
import { findAccessKey } from "../../registry/identity/find-access-key.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { describeRepositories } from "../ecr/describe-repositories.ts";
import { request } from "../iam/shapes.ts";
import { operation } from "../operation.ts";
import { assumeRole } from "./assume-role.ts";
import { decodeAuthorizationMessage } from "./decode-authorization-message.ts";
import { getCallerIdentity } from "./get-caller-identity.ts";
import { getSessionToken } from "./get-session-token.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account);
});
afterEach(() => registry.close());

const ports = () => registry.environment.ports;
const ecr = { Effect: "Allow", Action: ["ecr:*", "iam:*", "sts:*"], Resource: "*" };

async function secondsOf(caller: Caller, input: object): Promise<number> {
  const { Credentials } = await registry.ask(getSessionToken, input, caller);
  const { principal } = await callerWith(ports(), Credentials);
  return ((principal.expiresAt ?? 0) - registry.clock.now()) / 1000;
}

it("gives credentials that are the very user, and hold for 12 hours or as long as asked", async () => {
  const ann = await userWith(ports(), { account, name: "ann" }, ecr);
  const { Credentials } = await registry.ask(getSessionToken, {}, ann);
  const acting = await callerWith(ports(), Credentials);
  expect(await registry.ask(getCallerIdentity, {}, acting)).toEqual({
    Arn: ann.principal.arn,
    UserId: ann.principal.userId,
    Account: account,
  });
  expect(await registry.ask(describeRepositories, {}, acting)).toEqual({ repositories: [] });
  expect(await secondsOf(ann, {})).toBe(43_200);
  expect(await secondsOf(ann, { DurationSeconds: "129600" })).toBe(129_600);
  expect(await secondsOf(ann, { DurationSeconds: "900" })).toBe(900);
  for (const DurationSeconds of ["899", "129601"]) {
    await expect(registry.ask(getSessionToken, { DurationSeconds }, ann)).rejects.toMatchObject({
      kind: "Validation",
    });
  }
});

it("gives root an hour at most, whatever it asks for", async () => {
  expect(await secondsOf(callerOf(account), {})).toBe(3_600);
  expect(await secondsOf(callerOf(account), { DurationSeconds: "129600" })).toBe(3_600);
  expect(await secondsOf(callerOf(account), { DurationSeconds: "900" })).toBe(900);
});

it("keeps of the session token only its hash, and makes it as long as asked", async () => {
  const input = { MinimumSessionTokenSize: "1000" };
  const { Credentials } = await registry.ask(getSessionToken, input, callerOf(account));
  const token = Credentials?.SessionToken ?? "";
  expect(token.length).toBeGreaterThanOrEqual(1_000);
  const key = await findAccessKey(ports(), testOrganization, Credentials?.AccessKeyId ?? "");
  expect(key?.sessionTokenSha256).toBe(createHash("sha256").update(token).digest("hex"));
  expect(key?.secretAccessKey).toBe(Credentials?.SecretAccessKey);
  const dump = await registry.dump();
  expect(dump).not.toContain(token);
  expect(dump).not.toContain(Credentials?.SecretAccessKey);
});

it("is asked with long-lived credentials alone, and without a device for codes", async () => {
  const { Credentials } = await registry.ask(getSessionToken, {}, callerOf(account));
  const acting = await callerWith(ports(), Credentials);
  await expect(registry.ask(getSessionToken, {}, acting)).rejects.toMatchObject({
    kind: "AccessDenied",
    message: "Cannot call GetSessionToken with session credentials",
  });
  const code = { SerialNumber: "GAHT12345678", TokenCode: "123456" };
  await expect(registry.ask(getSessionToken, code, callerOf(account))).rejects.toMatchObject({
    kind: "AccessDenied",
  });
});

it("is good for no operation of IAM, and of STS only for roles and the caller's name", async () => {
  const ann = await userWith(ports(), { account, name: "ann" }, ecr);
  const { Credentials } = await registry.ask(getSessionToken, {}, ann);
  const acting = await callerWith(ports(), Credentials);
  const ofIam = operation("iam:GetAccountSummary", {
    input: request({}),
    resource: () => ({ arn: "*", account }),
    access: "Read",
    errors: [],
    handle: async () => ({}),
  });
  expect(await registry.ask(ofIam, {}, ann)).toEqual({});
  await expect(registry.ask(ofIam, {}, acting)).rejects.toMatchObject({
    kind: "UnrecognizedClient",
    message: "The security token included in the request is invalid.",
  });
  const decode = registry.ask(decodeAuthorizationMessage, { EncodedMessage: "x" }, acting);
  await expect(decode).rejects.toMatchObject({
    message: "Cannot call DecodeAuthorizationMessage with session credentials",
  });
  const role = { RoleArn: `arn:aws:iam::${account}:role/absent`, RoleSessionName: "build" };
  await expect(registry.ask(assumeRole, role, acting)).rejects.toMatchObject({
    message: expect.stringContaining("is not authorized to perform: sts:AssumeRole"),
  });
});
