import { afterEach, beforeEach, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { testOrganization } from "../../../test/support/organization.ts";
import { addAccounts, callerWith } from "../../../test/support/sessions.ts";
import { IdentityCredentials } from "../../adapters/credentials/identity.ts";
import { isStillGood } from "../../registry/identity/principal.ts";
import { getSessionToken } from "../sts/get-session-token.ts";
import { revokeSessions } from "./revoke-sessions.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account, otherAccount);
});
afterEach(() => registry.close());

const ports = () => registry.environment.ports;

it("ends the sessions of that principal until now, and no others", async () => {
  const [ann, bob] = [
    await userWith(ports(), { account, name: "ann" }),
    await userWith(ports(), { account, name: "bob" }),
  ];
  const sessionOf = async (caller: typeof ann) =>
    (await registry.ask(getSessionToken, {}, caller)).Credentials;
  const [before, others] = [await sessionOf(ann), await sessionOf(bob)];
  const principalArn = ann.principal.arn;
  const { revokedBefore } = await registry.ask(revokeSessions, { principalArn });
  expect(revokedBefore).toBe((registry.clock.now() + 1) / 1000);
  await expect(callerWith(ports(), before)).rejects.toThrow("nobody has");
  expect((await callerWith(ports(), others)).principal.arn).toBe(bob.principal.arn);
  registry.clock.advance(1);
  const after = await callerWith(ports(), await sessionOf(ann));
  expect(after.principal.arn).toBe(principalArn);
});

it("ends sessions that a replica with a clock ahead has made, and never revokes less than before", async () => {
  const ann = await userWith(ports(), { account, name: "ann" });
  registry.clock.advance(60_000);
  const { Credentials } = await registry.ask(getSessionToken, {}, ann);
  const input = { principalArn: ann.principal.arn };
  const { revokedBefore } = await registry.ask(revokeSessions, input);
  registry.clock.advance(-60_000);
  await expect(callerWith(ports(), Credentials)).rejects.toThrow("nobody has");
  expect((await registry.ask(revokeSessions, input)).revokedBefore).toBe(revokedBefore);
});

it("ends also what a replica had issued before and writes only now", async () => {
  const ann = await userWith(ports(), { account, name: "ann" });
  for (const caller of [ann, callerOf(account)]) {
    const { Credentials } = await registry.ask(getSessionToken, {}, caller);
    const { sessions } = ports().metadata.identity;
    const session = (await sessions.find(Credentials?.AccessKeyId ?? ""))!;
    await registry.ask(revokeSessions, { principalArn: caller.principal.arn });
    await ports().metadata.transaction(({ identity }) => identity.sessions.insert(session));
    await expect(callerWith(ports(), Credentials)).rejects.toThrow("nobody has");
  }
});

it("finds nobody under another path, kind or name, and takes no group and no session", async () => {
  await userWith(ports(), { account, name: "ann" });
  for (const name of ["user/x/ann", "role/ann", "user/bob", "user/Ann"]) {
    const principalArn = `arn:aws:iam::${account}:${name}`;
    await expect(registry.ask(revokeSessions, { principalArn })).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
  }
  for (const principalArn of [
    `arn:aws:iam::${account}:group/ann`,
    `arn:aws:iam::${account}:roots`,
    `arn:aws:sts::${account}:assumed-role/ann/x`,
  ]) {
    await expect(registry.ask(revokeSessions, { principalArn })).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
  }
});

it("ends the sessions, pull secrets and tokens of root, if root asks, and those of nobody else", async () => {
  const key = { accessKeyId: "AKIAROOT", secretAccessKey: "root/secret" };
  const credentials = new IdentityCredentials(ports(), testOrganization, key);
  const { principal } = (await credentials.find(key.accessKeyId))!;
  const root = { ...callerOf(account), principal };
  const ann = await userWith(ports(), { account, name: "ann" });
  const tokenOf = async (caller: typeof root) =>
    (await registry.ask(getSessionToken, {}, caller)).Credentials;
  const sessions = [await tokenOf(root), await tokenOf(callerOf(otherAccount)), await tokenOf(ann)];
  const issuedAt = registry.clock.now();
  const isRootGood = async (at: number) =>
    isStillGood((await credentials.find(key.accessKeyId))!.principal, at, registry.clock.now());
  expect(await isRootGood(issuedAt)).toBe(true);
  const input = { principalArn: principal.arn };
  const { revokedBefore } = await registry.ask(revokeSessions, input, root);
  expect(revokedBefore).toBe((issuedAt + 1) / 1000);
  expect(await isRootGood(issuedAt)).toBe(false);
  expect(await isRootGood(issuedAt + 1)).toBe(true);
  const [ofRoot, ...others] = sessions;
  await expect(callerWith(ports(), ofRoot)).rejects.toThrow("nobody has");
  for (const other of others) await callerWith(ports(), other);
  registry.clock.advance(1);
  expect((await callerWith(ports(), await tokenOf(root))).principal.revokedBefore).toBe(
    issuedAt + 1,
  );
});

it("is refused for root to everybody else, whatever their policies allow", async () => {
  const everything = { Effect: "Allow", Action: "*", Resource: "*" };
  const admin = await userWith(ports(), { account, name: "admin" }, everything);
  const session = await registry.ask(getSessionToken, {}, callerOf(account));
  const principalArn = `arn:aws:iam::${account}:root`;
  for (const caller of [admin, callerOf(otherAccount)]) {
    await expect(registry.ask(revokeSessions, { principalArn }, caller)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
  }
  expect((await callerWith(ports(), session.Credentials)).principal.arn).toBe(principalArn);
});

it("is refused to another account, whether there is such a user or not", async () => {
  await userWith(ports(), { account, name: "ann" });
  for (const name of ["ann", "bob"]) {
    const principalArn = `arn:aws:iam::${account}:user/${name}`;
    const asked = registry.ask(revokeSessions, { principalArn }, callerOf(otherAccount));
    await expect(asked).rejects.toMatchObject({
      message: `User: arn:aws:iam::${otherAccount}:root is not authorized to perform: entrepot:RevokeSessions on resource: ${principalArn} because no resource-based policy allows the entrepot:RevokeSessions action`,
    });
  }
});
