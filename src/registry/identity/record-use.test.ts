import { afterEach, beforeEach, expect, it } from "vitest";
import { sampleKey } from "../../../test/contracts/identity-samples.ts";
import { account } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { addAccounts, callerWith, roleWith } from "../../../test/support/sessions.ts";
import { limits } from "../limits.ts";
import { RegistryMemory } from "../memory.ts";
import { readOnlyMetadata } from "../read-only.ts";
import type { Role } from "./entity.ts";
import { issueSession } from "./issue-session.ts";
import { type Principal, rootPrincipal } from "./principal.ts";
import { recordUse } from "./record-use.ts";

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
  await addAccounts(opened.ports, account);
});
afterEach(() => opened.close());

const use = { region: "eu-west-1", service: "ecr" };

async function sessionOf(role: Role): Promise<Principal> {
  const createdAt = opened.clock.now();
  const times = { createdAt, expiresAt: createdAt + 3_600_000 };
  const wish = { kind: "assumed-role", owner: role, name: "run", claims: {}, ...times } as const;
  const { session } = await issueSession(opened.ports, wish);
  return (await callerWith(opened.ports, { AccessKeyId: session.accessKeyId })).principal;
}

async function usedAt(role: Role): Promise<number | undefined> {
  const found = await opened.ports.metadata.identity.entities.find(account, "role", role.name);
  return found?.usedAt;
}

it("keeps when and where a role was last used, at most once a minute whoever is it", async () => {
  const role = await roleWith(opened.ports, { account, name: "ci", trust: [trust] });
  const [one, other] = [await sessionOf(role), await sessionOf(role)];
  const first = opened.clock.now();
  await recordUse(opened.ports, one, use);
  expect(await usedAt(role)).toBe(first);
  opened.clock.advance(limits.useRecordedMs - 1);
  expect(recordUse(opened.ports, one, use)).toBeUndefined();
  expect(recordUse(opened.ports, other, use)).toBeUndefined();
  expect(await usedAt(role)).toBe(first);
  opened.clock.advance(limits.useRecordedMs);
  await recordUse(opened.ports, other, use);
  expect(await usedAt(role)).toBe(opened.clock.now());
});

const trust = { Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" };

it("keeps the last use of a user's access key, and of none that is no row", async () => {
  const { principal } = await userWith(opened.ports, { account, name: "ann" });
  const key = sampleKey({ account, id: principal.uniqueId }, { id: principal.accessKeyId });
  await opened.ports.metadata.transaction(({ identity }) => identity.accessKeys.insert(key));
  await recordUse(opened.ports, principal, use);
  const { accessKeys } = opened.ports.metadata.identity;
  expect((await accessKeys.find(key.id))?.lastUse).toEqual({ at: opened.clock.now(), ...use });
  const before = await opened.dump();
  await recordUse(opened.ports, rootPrincipal(account, "AKIANOROW"), use);
  expect(await opened.dump()).toBe(before);
});

it("lets requests go on where nothing can be written, and does not ask again at once", async () => {
  const { principal } = await userWith(opened.ports, { account, name: "ann" });
  const ports = {
    ...opened.ports,
    metadata: readOnlyMetadata(opened.ports.metadata),
    memory: new RegistryMemory(),
  };
  await recordUse(ports, principal, use);
  expect(recordUse(ports, principal, use)).toBeUndefined();
});

it("is not held up by a clock that was set back", async () => {
  const role = await roleWith(opened.ports, { account, name: "ci", trust: [trust] });
  const session = await sessionOf(role);
  await recordUse(opened.ports, session, use);
  opened.clock.advance(-3_600_000);
  const again = recordUse(opened.ports, session, use);
  expect(again).toBeDefined();
  await again;
});
