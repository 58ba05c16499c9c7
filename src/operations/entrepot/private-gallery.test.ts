import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  deployment,
  otherAccount,
  TestRegistry,
} from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { addAccounts } from "../../../test/support/sessions.ts";
import { eventRouter } from "../../registry/events/route-events.ts";
import { routeWaiting } from "../../registry/events/route-waiting.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { AccountId } from "../../registry/names.ts";
import { privateGalleryLimits } from "../../registry/private-gallery/private-gallery-limits.ts";
import { tellSubscribers } from "../../registry/private-gallery/tell-subscribers.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { deleteRepository } from "../ecr/delete-repository.ts";
import { deleteGalleryEntry } from "./delete-gallery-entry.ts";
import { deleteGalleryVersion } from "./delete-gallery-version.ts";
import { exportGalleryEntries } from "./export-gallery-entries.ts";
import { getGalleryEntry } from "./get-gallery-entry.ts";
import { getGallerySettings } from "./get-gallery-settings.ts";
import { listGalleryEntries } from "./list-gallery-entries.ts";
import { listGallerySubscriptions } from "./list-gallery-subscriptions.ts";
import { putGalleryEntry } from "./put-gallery-entry.ts";
import { putGallerySettings } from "./put-gallery-settings.ts";
import { putGalleryVersion } from "./put-gallery-version.ts";
import { restoreRepository } from "./restore-repository.ts";
import { subscribeToGalleryEntry } from "./subscribe-to-gallery-entry.ts";
import { unsubscribeFromGalleryEntry } from "./unsubscribe-from-gallery-entry.ts";

const repositoryName = "team/app";
const other = callerOf(otherAccount);
const said = { repositoryName, title: "App", owner: "team", purpose: "to be run" };

/** As a worker routes what happened, until nothing waits. */
async function settleRouting(ports: TestPorts["ports"]): Promise<void> {
  const route = tellSubscribers(ports, eventRouter(ports));
  while ((await ports.metadata.outbox.first(1)).length > 0) await routeWaiting(ports, route);
}

let opened: TestPorts;
let registry: TestRegistry;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  await registry.createRepository(repositoryName);
});
afterEach(() => registry.close());

const put = (more: object = {}) => registry.ask(putGalleryEntry, { ...said, ...more });
const get = (caller?: Caller) =>
  registry.ask(getGalleryEntry, { registryId: account, repositoryName }, caller);
const names = async (input: object = {}, caller?: Caller) => {
  const { entries } = await registry.ask(listGalleryEntries, input, caller);
  return entries.map(({ registryId, repositoryName: name }) => `${registryId} ${name}`);
};
const events = async (detailType: string) => {
  const waiting = await opened.ports.metadata.outbox.first(100);
  return waiting.map(({ event }) => event).filter((event) => event.detailType === detailType);
};

describe("an entry of the private gallery", () => {
  it("has the fields and categories that the operator has defined, of their types", async () => {
    await registry.ask(putGallerySettings, {
      fields: [
        { name: "data class", type: "CHOICE", choices: ["public", "secret"], isRequired: true },
        { name: "support until", type: "DATE" },
        { name: "level", type: "NUMBER" },
        { name: "critical", type: "BOOLEAN" },
      ],
      categories: ["base"],
    });
    expect(await registry.ask(getGallerySettings, {})).toMatchObject({ categories: ["base"] });
    const fields = { "data class": "public", "support until": "2030-01-31", level: 2 };
    const refused = async (more: object) => {
      const asked = put({ fields, ...more });
      await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    };
    await refused({ fields: {} });
    await refused({ fields: { ...fields, "data class": "other" } });
    await refused({ fields: { ...fields, "support until": "2030-02-30" } });
    await refused({ fields: { ...fields, level: "2" } });
    await refused({ fields: { ...fields, critical: "true" } });
    await refused({ fields: { ...fields, unheard: 1 } });
    await refused({ categories: ["unheard"] });
    const { entry } = await put({ fields, categories: ["base"], contact: "#team" });
    expect(entry).toMatchObject({ fields, categories: ["base"], contact: "#team", owner: "team" });
    expect(await get()).toMatchObject({ entry, versions: [], problems: [] });
    await registry.ask(putGallerySettings, {
      fields: [{ name: "new", type: "TEXT", isRequired: true }],
    });
    const { problems } = await get();
    expect(problems).toContain("'new' is missing");
    expect(problems).toContain("there is no field 'level'");
  });

  it("refuses definitions that can not be meant", async () => {
    for (const fields of [
      [{ name: "a", type: "CHOICE" }],
      [{ name: "a", type: "TEXT", choices: ["x"] }],
      [
        { name: "a", type: "TEXT" },
        { name: "a", type: "NUMBER" },
      ],
    ]) {
      const asked = registry.ask(putGallerySettings, { fields });
      await expect(asked).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });

  it("links to nothing that a browser would run", async () => {
    for (const documentation of [
      ...["javascript:alert(1)", "data:text/html,x", 'https://a/"onclick=', "//evil", "http://"],
    ]) {
      await expect(put({ documentation })).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    await put({ documentation: "https://docs.example.com/app" });
  });

  it("is told of, goes, and is not shown while its repository lies in the trash", async () => {
    registry.keepTrash(7);
    await put();
    expect(await names()).toEqual([`${account} ${repositoryName}`]);
    await registry.ask(deleteRepository, { repositoryName });
    expect(await names()).toEqual([]);
    await registry.ask(restoreRepository, { repositoryName });
    expect(await names()).toEqual([`${account} ${repositoryName}`]);
    await registry.ask(deleteGalleryEntry, { repositoryName });
    await expect(get()).rejects.toMatchObject({ kind: "ResourceNotFound" });
    const again = registry.ask(deleteGalleryEntry, { repositoryName });
    await expect(again).rejects.toMatchObject({ kind: "ResourceNotFound" });
    const told = await events("Entrepot Gallery Entry");
    expect(told.map(({ detail }) => detail)).toMatchObject([
      { "repository-name": repositoryName, "action-type": "PUT" },
      { "action-type": "DELETE", principal: `arn:aws:iam::${account}:root` },
    ]);
  });
});

describe("another account", () => {
  const hidden = { kind: "AccessDenied" };
  const visibility = (more: object) => put({ visibility: more });

  it("finds what shows itself to it, and nothing else, nor who else does", async () => {
    await put();
    await expect(get(other)).rejects.toMatchObject(hidden);
    expect(await names({}, other)).toEqual([]);
    await visibility({ scope: "ACCOUNTS", accounts: ["222222222222"] });
    await expect(get(other)).rejects.toMatchObject(hidden);
    expect(await names({}, other)).toEqual([]);
    await visibility({ scope: "ACCOUNTS", accounts: [otherAccount] });
    expect(await names({}, other)).toEqual([`${account} ${repositoryName}`]);
    const shown = await get(other);
    expect(shown.entry).not.toHaveProperty("visibility");
    expect(shown).not.toHaveProperty("problems");
    const absent = { registryId: account, repositoryName: "team/none" };
    await expect(registry.ask(getGalleryEntry, absent, other)).rejects.toMatchObject(hidden);
    const change = registry.ask(putGalleryEntry, { ...said, registryId: account }, other);
    await expect(change).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("finds it by the tags of who asks", async () => {
    await visibility({ scope: "ORGANIZATION", principalTags: { Team: "pay*" } });
    await expect(get(other)).rejects.toMatchObject(hidden);
    const conditions = (team: string) => ({
      ...other,
      principal: { ...other.principal, conditions: new Map([["aws:principaltag/team", team]]) },
    });
    expect(await names({}, conditions("payments"))).toEqual([`${account} ${repositoryName}`]);
    expect(await names({}, conditions("repay"))).toEqual([]);
    expect(await names()).toEqual([`${account} ${repositoryName}`]);
  });

  it("needs the right to look at entries", async () => {
    await visibility({ scope: "ORGANIZATION" });
    const named = { account: otherAccount, name: "nobody" };
    const nobody = await userWith(opened.ports, named);
    await expect(get(nobody)).rejects.toMatchObject({ kind: "AccessDenied" });
    const reader = { ...named, name: "reader" };
    const allow = { Effect: "Allow", Action: "entrepot:GetGalleryEntry", Resource: "*" };
    const may = await userWith(opened.ports, reader, allow);
    expect((await get(may)).entry.title).toBe("App");
  });
});

describe("the list of entries", () => {
  it("goes page by page through one's own and then others', by category and field", async () => {
    await registry.ask(putGallerySettings, {
      fields: [{ name: "level", type: "NUMBER" }],
      categories: ["base"],
    });
    for (const name of ["a", "b", "c"]) {
      await registry.createRepository(`team/${name}`);
      await put({ repositoryName: `team/${name}`, categories: ["base"], fields: { level: 1 } });
    }
    await put({ visibility: { scope: "ORGANIZATION" } });
    await registry.ask(createRepository, { repositoryName: "theirs" }, other);
    const theirs = { ...said, repositoryName: "theirs", visibility: { scope: "ORGANIZATION" } };
    await registry.ask(putGalleryEntry, theirs, other);
    const all: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await registry.ask(listGalleryEntries, { maxResults: 2, nextToken });
      all.push(...page.entries.map(({ repositoryName: name }) => name));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(all).toEqual(["team/a", repositoryName, "team/b", "team/c", "theirs"].toSorted());
    expect(await names({ category: "base" })).toHaveLength(3);
    expect(await names({ fields: { level: 1 } })).toHaveLength(3);
    expect(await names({ fields: { level: 2 } })).toEqual([]);
  });
});

describe("the export for Backstage", () => {
  const documents = async (input: object = {}, caller?: Caller) => {
    const { text } = await registry.ask(exportGalleryEntries, input, caller);
    return text.split("---\n").slice(1);
  };

  it("has a component for each entry that the caller sees, with names that Backstage takes", async () => {
    const fields = [{ name: "data class", type: "TEXT" }];
    await registry.ask(putGallerySettings, { fields, categories: ["Base Images"] });
    await registry.createRepository("team-app");
    const shown = { visibility: { scope: "ORGANIZATION" }, owner: 'Team "A": x' };
    await put({
      ...{ ...shown, fields: { "data class": "secret\n---\nkind: Evil" }, contact: "#team" },
      ...{ categories: ["Base Images"], documentation: "https://docs.example.com/app" },
    });
    await put({ repositoryName: "team-app" });
    const [hyphen = "", slash = "", ...more] = await documents();
    expect(more).toEqual([]);
    expect(slash).toMatch(/^apiVersion: "backstage.io\/v1alpha1"\nkind: "Component"\nmetadata:\n/);
    for (const line of [
      ...['  title: "App"', '  description: "to be run"', '    - "base-images"'],
      ...['    "entrepot/repository": "team/app"', '    "entrepot/owner": "Team \\"A\\": x"'],
      ...['    "entrepot/field.data-class": "secret\\n---\\nkind: Evil"'],
      ...['    - url: "https://docs.example.com/app"', '  type: "container-image"'],
      ...['  lifecycle: "experimental"'],
    ]) {
      expect(slash.split("\n")).toContain(line);
    }
    const nameIn = (text: string) => /^ {2}name: "(.*)"$/m.exec(text)?.[1] ?? "";
    expect(nameIn(slash)).toMatch(/^team-app-[0-9a-f]{8}$/);
    expect(nameIn(hyphen)).not.toBe(nameIn(slash));
    expect(slash).toMatch(/^ {2}owner: "Team-A-x-[0-9a-f]{8}"$/m);
    expect(await documents({}, other)).toEqual([slash]);
    expect(await documents({ category: "Base Images" })).toEqual([slash]);
  });

  it("says of an entry that none of its versions is meant to be used any more, page by page", async () => {
    await registry.createRepository("second");
    await put({ repositoryName: "second" });
    await put();
    const version = { repositoryName, version: "1", tagPattern: "1.*", state: "WITHDRAWN" };
    await registry.ask(putGalleryVersion, version);
    const first = await registry.ask(exportGalleryEntries, { maxResults: 1 });
    const page = { maxResults: 1, nextToken: first.nextToken };
    const second = await registry.ask(exportGalleryEntries, page);
    expect(first.text).toContain('"experimental"');
    expect(second.text).toContain('lifecycle: "deprecated"');
  });
});

describe("a subscription", () => {
  const subscribed = (caller?: Caller) =>
    registry.ask(subscribeToGalleryEntry, { registryId: account, repositoryName }, caller);
  const unsubscribed = (caller?: Caller) =>
    registry.ask(unsubscribeFromGalleryEntry, { registryId: account, repositoryName }, caller);
  const listed = async (caller?: Caller) => {
    const { subscriptions } = await registry.ask(listGallerySubscriptions, {}, caller);
    return subscriptions.map((each) => `${each.registryId} ${each.repositoryName}`);
  };
  /** What an account was told, in order. */
  const told = async (of = otherAccount) => {
    await settleRouting(opened.ports);
    const log = opened.ports.metadata.eventLog;
    const home = { account: of, region: deployment.region };
    const all = await log.list(home, { after: 0, limit: 100 });
    return all
      .map(({ event }) => event)
      .filter(({ detailType }) => detailType === "Entrepot Gallery Notice")
      .map(({ detail }) => detail);
  };
  const version = (name: string, more: object = {}) => {
    const input = { repositoryName, version: name, tagPattern: `${name}.*`, ...more };
    return registry.ask(putGalleryVersion, input);
  };

  it("is of an account to what shows itself, and ends also when it does so no more", async () => {
    await put();
    await expect(subscribed(other)).rejects.toMatchObject({ kind: "AccessDenied" });
    await put({ visibility: { scope: "ORGANIZATION" } });
    for (let n = 0; n < 2; n++) await subscribed(other);
    expect(await listed(other)).toEqual([`${account} ${repositoryName}`]);
    expect(await listed()).toEqual([]);
    await put();
    await unsubscribed(other);
    expect(await listed(other)).toEqual([]);
    await expect(unsubscribed(other)).rejects.toMatchObject({ kind: "ResourceNotFound" });
    await expect(unsubscribed()).rejects.toMatchObject({ kind: "ResourceNotFound" });
  });

  it("brings notices of deprecated versions onto the subscriber's bus", async () => {
    await put({ visibility: { scope: "ORGANIZATION" } });
    for (const caller of [other, undefined]) await subscribed(caller);
    await version("2");
    await version("1", { state: "DEPRECATED", successor: "2" });
    await version("1", { state: "DEPRECATED", successor: "2", note: "again" });
    await version("1", { state: "WITHDRAWN" });
    const about = { "registry-id": account, "repository-name": repositoryName, title: "App" };
    const expected = [
      { ...about, "action-type": "DEPRECATED", version: "1", successor: "2" },
      { ...about, "action-type": "WITHDRAWN", version: "1" },
    ];
    expect(await told()).toEqual(expected);
    expect(await told(account)).toEqual(expected);
  });

  it("tells nothing of entries of a closed account, and no closed account anything", async () => {
    const close = (id: string, status: "ACTIVE" | "SUSPENDED") =>
      opened.ports.metadata.transaction(async ({ identity }) => {
        const found = await identity.accounts.find(id as AccountId);
        expect(found?.status).toBeDefined();
        if (found !== undefined) await identity.accounts.replace({ ...found, status });
      });
    await addAccounts(opened.ports, account, otherAccount);
    await put({ visibility: { scope: "ORGANIZATION" } });
    for (const caller of [other, undefined]) await subscribed(caller);
    await close(otherAccount, "SUSPENDED");
    await version("1", { state: "DEPRECATED" });
    expect([await told(), await told(account)].map(({ length }) => length)).toEqual([0, 1]);
    await close(otherAccount, "ACTIVE");
    await version("2", { state: "DEPRECATED" });
    await close(account, "SUSPENDED");
    expect([await told(), await told(account)].map(({ length }) => length)).toEqual([0, 1]);
    await close(account, "ACTIVE");
    await version("2", { state: "WITHDRAWN" });
    expect([await told(), await told(account)].map(({ length }) => length)).toEqual([1, 2]);
  });

  it("is told to the entry's own account, and to nobody else", async () => {
    await put({ visibility: { scope: "ORGANIZATION" } });
    expect((await get()).subscribers).toEqual([]);
    await subscribed(other);
    expect((await get()).subscribers).toEqual([
      { accountId: otherAccount, subscribedAt: opened.clock.now() / 1000 },
    ]);
    expect((await get(other)).subscribers).toBeUndefined();
    await unsubscribed(other);
    expect((await get()).subscribers).toEqual([]);
  });

  it("tells nothing of what does not show itself any more, nor by other tags", async () => {
    const withTeam = (team: string) => ({
      ...other,
      principal: { ...other.principal, conditions: new Map([["aws:principaltag/team", team]]) },
    });
    await put({ visibility: { scope: "ORGANIZATION", principalTags: { Team: "pay*" } } });
    await expect(subscribed(withTeam("repay"))).rejects.toMatchObject({ kind: "AccessDenied" });
    await subscribed(withTeam("payments"));
    await version("1", { state: "DEPRECATED" });
    expect(await told()).toHaveLength(1);
    await put({ visibility: { scope: "ORGANIZATION", principalTags: { Team: "ops" } } });
    await version("1", { state: "WITHDRAWN" });
    expect(await told()).toHaveLength(1);
    await registry.ask(deleteGalleryEntry, { repositoryName });
    expect(await listed(withTeam("payments"))).toEqual([]);
  });
});

describe("a version", () => {
  const version = (more: object = {}) =>
    registry.ask(putGalleryVersion, { repositoryName, version: "1", tagPattern: "1.*", ...more });

  it("says what its images are, in what state it is, and what takes its place", async () => {
    await expect(version()).rejects.toMatchObject({ kind: "ResourceNotFound" });
    await put();
    await version();
    const digest = await registry.pushImage(repositoryName, "two");
    await version({ version: "2", tagPattern: undefined, imageDigest: digest });
    await version({ state: "DEPRECATED", successor: "2", note: "use 2" });
    expect((await get()).versions).toMatchObject([
      { version: "1", tagPattern: "1.*", state: "DEPRECATED", successor: "2", note: "use 2" },
      { version: "2", imageDigest: digest, state: "DRAFT" },
    ]);
    for (const more of [
      ...[{ successor: "1" }, { successor: "3" }, { imageDigest: digest }],
      { tagPattern: undefined },
    ]) {
      await expect(version(more)).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    const remove = (called: string) =>
      registry.ask(deleteGalleryVersion, { repositoryName, version: called });
    await expect(remove("2")).rejects.toMatchObject({ kind: "InvalidParameter" });
    await remove("1");
    await remove("2");
    await expect(remove("2")).rejects.toMatchObject({ kind: "ResourceNotFound" });
    const told = await events("Entrepot Gallery Version");
    expect(told.map(({ detail }) => detail).slice(2)).toMatchObject([
      { version: "1", state: "DEPRECATED", "previous-state": "DRAFT", successor: "2" },
      { "action-type": "DELETE", version: "1" },
      { "action-type": "DELETE", version: "2" },
    ]);
  });

  it("is one of no more than an entry may have", async () => {
    await put();
    for (let n = 0; n < privateGalleryLimits.versionsPerEntry; n++) {
      await version({ version: `v${n}` });
    }
    await version({ version: "v0", state: "WITHDRAWN" });
    await expect(version({ version: "more" })).rejects.toMatchObject({ kind: "LimitExceeded" });
  });
});
