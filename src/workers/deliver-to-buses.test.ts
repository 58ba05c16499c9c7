import { afterEach, beforeEach, expect, it } from "vitest";
import { account, callerOf, deployment, otherAccount } from "../../test/support/ecr.ts";
import { openTestBus, type TestBus } from "../../test/support/event-bus.ts";
import { testOrganization } from "../../test/support/organization.ts";
import { addAccounts, roleWith } from "../../test/support/sessions.ts";
import { listDeadLetters } from "../operations/entrepot/list-dead-letters.ts";
import { listEvents } from "../operations/entrepot/list-events.ts";
import { replayDeadLetters } from "../operations/entrepot/replay-dead-letters.ts";
import { putEvents } from "../operations/events/put-events.ts";
import { putPermission } from "../operations/events/put-permission.ts";
import { putRule } from "../operations/events/put-rule.ts";
import { putTargets } from "../operations/events/put-targets.ts";
import type { EventEnvelope, RegistryEvent } from "../registry/events/event.ts";
import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";
import { eventRouter } from "../registry/events/route-events.ts";
import { routeWaiting } from "../registry/events/route-waiting.ts";
import { closeAccount } from "../registry/identity/close-account.ts";
import type { AccountId, Region } from "../registry/names.ts";

const third = "222222222222" as AccountId;
const [home, abroad] = deployment.regions as [Region, Region];
let bus: TestBus;
/** What the commands of all registries were given. */
let told: EventEnvelope[] = [];
beforeEach(async () => {
  told = [];
  const run = async (_name: string, input: string) => {
    told.push(JSON.parse(input) as EventEnvelope);
    return { ok: true } as const;
  };
  bus = await openTestBus({ commands: { names: new Set(["tell"]), run } });
  await addAccounts(bus.ports, account, otherAccount, third);
});
afterEach(async () => {
  expect(bus.errors).toEqual([]);
  await bus.registry.close();
});

const at = (owner: AccountId, region: Region) => ({ ...callerOf(owner), region });
const arnOf = (owner: AccountId, region = home) =>
  `arn:aws:events:${region}:${owner}:event-bus/default`;

/** A rule of the registry for events of those accounts that leads to the target. */
async function lead(
  [owner, region = home]: readonly [AccountId, Region?],
  Name: string,
  target: { readonly Arn: string; readonly RoleArn?: string },
  accounts: readonly AccountId[] = [account, otherAccount, third],
): Promise<void> {
  const caller = at(owner, region);
  const EventPattern = JSON.stringify({ account: accounts });
  await bus.registry.ask(putRule, { Name, EventPattern }, caller);
  const Targets = [{ Id: "one", ...target }];
  await bus.registry.ask(putTargets, { Rule: Name, Targets }, caller);
}

/** A rule that tells what there is to tell on the registry's bus. */
const tell = (owner: AccountId, region = home, accounts?: AccountId[]) => {
  const Arn = `arn:aws:entrepot:${region}:${owner}:command/tell`;
  return lead([owner, region], "tell", { Arn }, accounts);
};

const allow = (owner: AccountId, Principal: string, more: object = {}) =>
  bus.registry.ask(
    putPermission,
    { Action: "events:PutEvents", Principal, StatementId: `of-${Principal.length}`, ...more },
    callerOf(owner),
  );

/** Has it happen on the bus of its registry, and all follow that does. */
async function happen(...events: RegistryEvent[]): Promise<void> {
  await bus.ports.metadata.transaction(async ({ outbox }) => {
    for (const event of events) await outbox.add(event);
  });
  await follow();
}

async function follow(): Promise<void> {
  const route = eventRouter(bus.ports);
  do while ((await routeWaiting(bus.ports, route)).events > 0);
  while ((await bus.deliver()) > 0);
}

const letters = async (owner = account) =>
  (await bus.registry.ask(listDeadLetters, {}, callerOf(owner))).deadLetters;
const logged = async (owner: AccountId, region = home) =>
  (await bus.registry.ask(listEvents, {}, at(owner, region))).events.map(({ event }) => event.id);

it("an event comes onto the bus of an account that lets it in, as it is", async () => {
  await lead([account], "onward", { Arn: arnOf(otherAccount) });
  await tell(otherAccount, home, [account]);
  const event = { ...bus.event("app", { "repository-name": "app" }), at: bus.clock.now() - 90_000 };
  await happen(event);
  expect(told).toEqual([]);
  expect(await letters()).toMatchObject([{ code: "NO_PERMISSIONS", eventId: event.id }]);
  expect(await letters(otherAccount)).toEqual([]);
  await allow(otherAccount, account);
  await bus.registry.ask(replayDeadLetters, { rule: "onward" });
  await follow();
  expect(told).toMatchObject([
    {
      ...{ id: event.id, account, region: home, source: "aws.ecr", detail: event.detail },
      ...{ "detail-type": "ECR Image Action", time: "2023-11-14T22:11:50Z" },
    },
  ]);
  expect(await logged(otherAccount)).toEqual([event.id]);
  expect(await letters()).toEqual([]);
});

it("a policy may let in an organization, and keep out what a source says", async () => {
  await lead([account], "onward", { Arn: arnOf(otherAccount) });
  await tell(otherAccount);
  const Condition = { Type: "StringEquals", Key: "aws:PrincipalOrgID", Value: "o-aaaaaaaaaa" };
  await allow(otherAccount, "*", { Condition });
  await happen(bus.event("app"));
  expect([told.length, (await letters()).length]).toEqual([0, 1]);
  await allow(otherAccount, "*", { Condition: { ...Condition, Value: testOrganization.id } });
  await happen(bus.event("app"));
  expect([told.length, (await letters()).length]).toEqual([1, 1]);
  const own = { Effect: "Deny", Principal: "*", Action: "events:*", Resource: arnOf(otherAccount) };
  const any = {
    ...own,
    Effect: "Allow",
    Condition: { StringEquals: { "events:source": "aws.kms" } },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [any] });
  await bus.registry.ask(putPermission, { Policy }, callerOf(otherAccount));
  await happen(bus.event("app"), { ...bus.event("app"), source: "aws.kms" });
  expect(told.map(({ source }) => source)).toEqual(["aws.ecr", "aws.kms"]);
  const denied = JSON.stringify({ Version: "2012-10-17", Statement: [any, own] });
  await bus.registry.ask(putPermission, { Policy: denied }, callerOf(otherAccount));
  await happen({ ...bus.event("app"), source: "aws.kms" });
  expect(told).toHaveLength(2);
});

it("what came from another account goes to no third one, but to its own regions", async () => {
  await lead([account], "onward", { Arn: arnOf(otherAccount) });
  await lead([otherAccount], "onward", { Arn: arnOf(third) });
  await lead([otherAccount], "abroad", { Arn: arnOf(otherAccount, abroad) });
  for (const owner of [otherAccount, third]) await allow(owner, "*");
  await tell(third);
  await tell(otherAccount, abroad);
  const foreign = bus.event("app");
  const own = { ...bus.event("app"), registry: { account: otherAccount, region: home } };
  await happen(foreign, own);
  expect(await logged(third)).toEqual([own.id]);
  expect((await logged(otherAccount, abroad)).sort()).toEqual([foreign.id, own.id].sort());
  expect(told.map(({ id }) => id).sort()).toEqual([foreign.id, own.id, own.id].sort());
  expect([await letters(), await letters(otherAccount)]).toEqual([[], []]);
});

it("an event comes onto a bus once, however many ways and circles lead there", async () => {
  for (const name of ["one", "two"]) {
    await lead([account], name, { Arn: arnOf(account, abroad) });
    await lead([account, abroad], name, { Arn: arnOf(account) });
  }
  await tell(account);
  await tell(account, abroad);
  const event = bus.event("app");
  await happen(event);
  expect(told.map(({ id }) => id)).toEqual([event.id, event.id]);
  expect([await logged(account), await logged(account, abroad)]).toEqual([[event.id], [event.id]]);
  // What is told again goes on as well, and was in the logs already.
  await happen({ ...event, replay: { name: "again", rules: [] } });
  expect(new Set(told.slice(2).map((each) => `${each.id} ${each["replay-name"]}`))).toEqual(
    new Set([`${event.id} again`]),
  );
  expect([await logged(account), await logged(account, abroad)]).toEqual([[event.id], [event.id]]);
});

it("the role of a target puts the event, if EventBridge may be it and it may put events", async () => {
  const Service = "events.amazonaws.com";
  const trust = (service: string) => ({
    ...{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
  });
  const puts = { Effect: "Allow", Action: "events:PutEvents", Resource: arnOf(account, abroad) };
  await roleWith(bus.ports, { account, name: "idle", trust: [trust(Service)] });
  await roleWith(bus.ports, { account, name: "wary", trust: [trust("ecr.amazonaws.com")] }, puts);
  await roleWith(bus.ports, { account, name: "good", trust: [trust(Service)] }, puts);
  const Arn = arnOf(account, abroad);
  for (const name of ["idle", "wary", "good", "gone"]) {
    await lead([account], name, { Arn, RoleArn: `arn:aws:iam::${account}:role/${name}` });
  }
  const event = bus.event("app");
  await happen(event);
  expect((await letters()).map(({ rule, code }) => `${rule} ${code}`).sort()).toEqual(
    ["gone", "idle", "wary"].map((name) => `${name} NO_PERMISSIONS`),
  );
  expect(await logged(account, abroad)).toEqual([event.id]);
});

it("a process that dies in between loses no event, and brings none twice", async () => {
  await lead([account], "onward", { Arn: arnOf(account, abroad) });
  await tell(account, abroad);
  const events = await bus.route(bus.event("app"), bus.event("app"));
  const transaction = bus.ports.metadata.transaction.bind(bus.ports.metadata);
  let writes = 0;
  let isDead: () => void;
  const dead = new Promise<void>((resolve) => {
    isDead = resolve;
  });
  // What was sent is not written down.
  bus.ports.metadata.transaction = (work) => {
    writes += 1;
    if (writes === 1) return transaction(work);
    isDead();
    return new Promise(() => undefined);
  };
  expect(await bus.deliverer().tick()).toBe(1);
  await dead;
  bus.ports.metadata.transaction = transaction;
  await follow();
  expect(told).toEqual([]);
  bus.clock.advance(eventRuleLimits.queueLeaseMs);
  await follow();
  expect(told.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
});

it("nothing goes to an account that was closed", async () => {
  await lead([account], "onward", { Arn: arnOf(otherAccount) });
  await allow(otherAccount, account);
  await closeAccount(bus.ports, testOrganization, otherAccount);
  await happen(bus.event("app"));
  expect(await letters()).toMatchObject([{ code: "TARGET_GONE" }]);
});

it("targets that are no bus of another registry here are refused, and take a right", async () => {
  const refused = (target: object) =>
    expect(lead([account], "onward", target as { Arn: string })).rejects.toMatchObject({
      kind: "Validation",
    });
  await refused({ Arn: arnOf(account) });
  await refused({ Arn: arnOf("999999999999" as AccountId) });
  await refused({ Arn: arnOf(otherAccount, "mars-1" as Region) });
  await refused({ Arn: arnOf(otherAccount).replace("default", "other") });
  const Arn = arnOf(otherAccount);
  for (const more of [{ Input: "{}" }, { HttpParameters: {} }, { RoleArn: "role" }]) {
    await refused({ Arn, ...more });
  }
  await refused({ Arn, RoleArn: `arn:aws:iam::${otherAccount}:role/theirs` });
});

it("events of an account's own go straight onto the bus of another that lets it put them", async () => {
  const entry = { Source: "com.example.ci", DetailType: "Built", Detail: '{"n":1}' };
  const theirs = { ...entry, EventBusName: arnOf(otherAccount) };
  const put = (...Entries: object[]) => bus.registry.ask(putEvents, { Entries });
  const denied = { kind: "AccessDenied" };
  await tell(otherAccount);
  await tell(account);
  await expect(put(theirs)).rejects.toMatchObject(denied);
  const condition = { StringEquals: { "events:source": "com.example.ci" } };
  const statement = { Effect: "Allow", Principal: "*", Action: "events:PutEvents" };
  const Statement = [{ ...statement, Resource: arnOf(otherAccount), Condition: condition }];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await bus.registry.ask(putPermission, { Policy }, callerOf(otherAccount));
  // The caller's own bus, and one that is not there, are asked beside it.
  await expect(put(entry, { ...theirs, EventBusName: arnOf(third) })).rejects.toMatchObject(denied);
  const gone = "999999999999" as AccountId;
  await expect(put({ ...theirs, EventBusName: arnOf(gone) })).rejects.toMatchObject(denied);
  const { Entries = [], FailedEntryCount } = await put(
    theirs,
    entry,
    { ...theirs, EventBusName: arnOf(otherAccount, abroad) },
    { ...theirs, EventBusName: arnOf(otherAccount).replace("default", "custom") },
  );
  expect(FailedEntryCount).toBe(2);
  expect(Entries.map(({ ErrorCode }) => ErrorCode)).toEqual([
    ...[undefined, undefined, "InvalidArgument", "InvalidArgument"],
  ]);
  await follow();
  const [onTheirs, onOwn] = Entries.map(({ EventId }) => EventId);
  expect(await logged(otherAccount)).toEqual([onTheirs]);
  expect(await logged(account)).toEqual([onOwn]);
  // It says where it comes from, and goes to no third account.
  expect(told.find(({ id }) => id === onTheirs)).toMatchObject({ account, region: home });
  await allow(third, "*");
  await lead([otherAccount], "onward", { Arn: arnOf(third) });
  await put(theirs);
  await follow();
  expect(await logged(third)).toEqual([]);
  await closeAccount(bus.ports, testOrganization, otherAccount);
  await expect(put(theirs)).rejects.toMatchObject(denied);
});
