/** Accounts, and who there is in them. Policies and credentials have suites of their own. */
import { describe, expect, it } from "vitest";
import type { IdentityChange } from "../../src/ports/identity-store.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Entity } from "../../src/registry/identity/entity.ts";
import { limits } from "../../src/registry/limits.ts";
import {
  account,
  addEntity,
  otherAccount,
  sampleAccount,
  sampleGroup,
  sampleRole,
  sampleUser,
} from "./identity-samples.ts";
import { metadataStores } from "./metadata-stores.ts";

const names = (entities: readonly { readonly name: string }[]) => entities.map(({ name }) => name);

type Claim = (identity: IdentityChange) => Promise<boolean>;

/** The second looks before the first commits, where the store has more than one writer. */
async function claimsOfTwo(store: MetadataStore, first: Claim, second: Claim) {
  let hasLooked = false;
  const [claim, later] = await store.transaction(async ({ identity }) => {
    const claim = await first(identity);
    await identity.accounts.find(account); // What may be written later is written by now.
    const later = store.transaction(async (change) => {
      const claim = await second(change.identity);
      hasLooked = true;
      return claim;
    });
    for (let reads = 0; reads < 200 && !hasLooked; reads += 1) {
      await store.identity.accounts.find(account);
    }
    return [claim, { later }] as const;
  });
  return [claim, await later.later];
}

describe.each(metadataStores)("$name keeps the MetadataStore contract: accounts", ({ open }) => {
  it("gives an account back as it was stored, by id, alias and email", async () => {
    const { store } = await open();
    const plain = sampleAccount("000000000000");
    const full = sampleAccount("111111111111", {
      email: "Ops@Example.com",
      status: "SUSPENDED",
      joinedMethod: "INVITED",
      alias: "acme",
      tags: [{ key: "Team", value: "käse" }],
    });
    await store.transaction(async ({ identity }) => {
      expect(await identity.accounts.insertIfAbsent(plain)).toBe(true);
      expect(await identity.accounts.insertIfAbsent(full)).toBe(true);
      expect(await identity.accounts.lock(plain.id)).toEqual(plain);
    });
    const { accounts } = store.identity;
    expect(await accounts.find(plain.id)).toEqual(plain);
    expect(await accounts.find(full.id)).toEqual(full);
    expect(await accounts.findByAlias("acme")).toEqual(full);
    expect(await accounts.findByEmail("oPS@example.COM")).toEqual(full);
    expect(await accounts.find("222222222222" as never)).toBeUndefined();
    expect(await accounts.findByAlias("none")).toBeUndefined();
    expect(await accounts.findByEmail("none")).toBeUndefined();
  });

  it("takes neither an id nor an email twice, whatever the email's letters", async () => {
    const { store } = await open();
    await store.transaction(async ({ identity: { accounts } }) => {
      expect(await accounts.insertIfAbsent(sampleAccount("000000000000"))).toBe(true);
      const sameId = sampleAccount("000000000000", { email: "other@example.com" });
      expect(await accounts.insertIfAbsent(sameId)).toBe(false);
      const sameEmail = sampleAccount("111111111111", { email: "000000000000@EXAMPLE.com" });
      expect(await accounts.insertIfAbsent(sameEmail)).toBe(false);
      expect(await accounts.list({ limit: 9 })).toHaveLength(1);
    });
  });

  it("lists accounts by id, page by page", async () => {
    const { store } = await open();
    const ids = ["333333333333", "000000000000", "222222222222", "111111111111"];
    await store.transaction(async ({ identity }) => {
      for (const id of ids) await identity.accounts.insertIfAbsent(sampleAccount(id));
    });
    const first = await store.identity.accounts.list({ limit: 3 });
    expect(first.map(({ id }) => id)).toEqual(["000000000000", "111111111111", "222222222222"]);
    const rest = await store.identity.accounts.list({ after: first[2]?.id, limit: 3 });
    expect(rest.map(({ id }) => id)).toEqual(["333333333333"]);
    expect(await store.identity.accounts.count()).toBe(4);
  });

  it("gives an alias to one account, and frees it when that one drops it", async () => {
    const { store } = await open();
    const [one, other] = [sampleAccount("000000000000"), sampleAccount("111111111111")];
    const tags = [{ key: "Team", value: "core" }];
    await store.transaction(async ({ identity: { accounts } }) => {
      await accounts.insertIfAbsent(one);
      await accounts.insertIfAbsent(other);
      expect(await accounts.replace({ ...one, alias: "acme" })).toBe(true);
      expect(await accounts.replace({ ...one, alias: "acme" })).toBe(true);
      expect(await accounts.replace({ ...other, alias: "acme" })).toBe(false);
      expect(await accounts.replace({ ...one, status: "SUSPENDED", tags })).toBe(true);
      expect(await accounts.replace({ ...other, alias: "acme" })).toBe(true);
    });
    expect(await store.identity.accounts.findByAlias("acme")).toEqual({ ...other, alias: "acme" });
    expect(await store.identity.accounts.find(one.id)).toEqual({
      ...one,
      status: "SUSPENDED",
      tags,
    });
  });

  it("gives an alias to one of two transactions that both found it free", async () => {
    const { store } = await open();
    const [one, other] = [sampleAccount("000000000000"), sampleAccount("111111111111")];
    await store.transaction(async ({ identity }) => {
      for (const each of [one, other]) await identity.accounts.insertIfAbsent(each);
    });
    const claims = await claimsOfTwo(
      store,
      ({ accounts }) => accounts.replace({ ...one, alias: "acme" }),
      ({ accounts }) => accounts.replace({ ...other, alias: "acme" }),
    );
    expect(claims).toEqual([true, false]);
    expect(await store.identity.accounts.findByAlias("acme")).toEqual({ ...one, alias: "acme" });
  });

  it("remembers what became of requests for accounts", async () => {
    const { store } = await open();
    const done = {
      id: "car-b",
      accountName: "one",
      state: "SUCCEEDED",
      failureReason: undefined,
      account,
      requestedAt: 1,
      completedAt: 2,
    } as const;
    const failed = {
      ...done,
      id: "car-a",
      state: "FAILED",
      failureReason: "EMAIL_ALREADY_EXISTS",
      account: undefined,
    } as const;
    await store.transaction(async ({ identity }) => {
      await identity.accounts.insertRequest(done);
      await identity.accounts.insertRequest(failed);
    });
    const { accounts } = store.identity;
    expect(await accounts.findRequest("car-b")).toEqual(done);
    expect(await accounts.findRequest("car-c")).toBeUndefined();
    expect(await accounts.listRequests({ limit: 9 })).toEqual([failed, done]);
    expect(await accounts.listRequests({ after: "car-a", limit: 9 })).toEqual([done]);
  });
});

const fullUser = () =>
  sampleUser("Alice", {
    path: "/team/a/",
    tags: [{ key: "Team", value: "käse" }],
    boundary: "arn:aws:iam::000000000000:policy/Edge",
    revokedBefore: 5,
    login: {
      hash: "h",
      formerHashes: ["g"],
      createdAt: 1,
      changedAt: 2,
      resetRequired: true,
      usedAt: 3,
    },
  });
const fullRole = () =>
  sampleRole("Deploy", {
    tags: [{ key: "k", value: "" }],
    boundary: "arn:aws:iam::aws:policy/X",
    revokedBefore: 7,
    trustPolicy: '{"a":1}',
    description: "deploys",
    maxSessionSeconds: 7_200,
    usedAt: 9,
    usedRegion: "eu-west-1",
  });

describe.each(metadataStores)("$name keeps the MetadataStore contract: entities", ({ open }) => {
  it("gives users, groups and roles back as they were stored, by name and by id", async () => {
    const { store } = await open();
    const all: Entity[] = [
      fullUser(),
      sampleUser("bob"),
      sampleGroup("Devs", { path: "/team/" }),
      fullRole(),
      sampleRole("bare"),
    ];
    for (const entity of all) await addEntity(store, entity);
    for (const entity of all) {
      const { kind, name, id } = entity;
      expect(await store.identity.entities.find(account, kind, name)).toEqual(entity);
      expect(await store.identity.entities.findById(id)).toEqual(entity);
      await store.transaction(async (change) => {
        expect(await change.identity.entities.lock(account, kind, name)).toEqual(entity);
      });
    }
    expect(await store.identity.entities.find(account, "user", "nobody")).toBeUndefined();
    expect(await store.identity.entities.findById("AIDANOBODY")).toBeUndefined();
  });

  it("knows a name whatever the case of its letters, once for each kind and account", async () => {
    const { store } = await open();
    const alice = await addEntity(store, sampleUser("Alice"));
    await store.transaction(async ({ identity: { entities } }) => {
      expect(await entities.insertIfAbsent(sampleUser("aLICE"))).toBe(false);
      expect(await entities.insertIfAbsent(sampleUser("other", { id: alice.id }))).toBe(false);
      expect(await entities.insertIfAbsent(sampleGroup("alice"))).toBe(true);
      const elsewhere = sampleUser("alice", { account: otherAccount });
      expect(await entities.insertIfAbsent(elsewhere)).toBe(true);
    });
    expect(await store.identity.entities.find(account, "user", "ALICE")).toEqual(alice);
    expect(await store.identity.entities.count(account, "user")).toBe(1);
    expect(await store.identity.entities.count(account, "group")).toBe(1);
    expect(await store.identity.entities.count(account, "role")).toBe(0);
  });

  it("lists by name without regard to case, page by page, and by the beginning of paths", async () => {
    const { store } = await open();
    for (const [name, path] of [
      ["b", "/team/"],
      ["C", "/team/x/"],
      ["a", "/"],
      ["D", "/Team/"],
      ["_e", "/team_/"],
    ] as const) {
      await addEntity(store, sampleUser(name, { path }));
    }
    await addEntity(store, sampleGroup("g"));
    await addEntity(store, sampleUser("z", { account: otherAccount }));
    const { entities } = store.identity;
    expect(names(await entities.list(account, "user", { limit: 9 }))).toEqual([
      ...["_e", "a", "b", "C", "D"],
    ]);
    expect(names(await entities.list(account, "user", { after: "B", limit: 1 }))).toEqual(["C"]);
    const under = async (pathPrefix: string) =>
      names(await entities.list(account, "user", { limit: 9 }, { pathPrefix }));
    expect(await under("/team/")).toEqual(["b", "C"]);
    expect(await under("/team")).toEqual(["_e", "b", "C"]);
    expect(await under("/te_m")).toEqual([]);
    expect(await under("/%")).toEqual([]);
    expect(await under("/")).toHaveLength(5);
  });

  it("overwrites all that may change, the name too, and never another's name", async () => {
    const { store } = await open();
    const alice = await addEntity(store, fullUser());
    await addEntity(store, sampleUser("Bob"));
    const renamed = { ...sampleUser("ALICE2", { path: "/new/" }), id: alice.id };
    await store.transaction(async ({ identity: { entities } }) => {
      expect(await entities.replace({ ...alice, name: "bOB" })).toBe(false);
      expect(await entities.replace({ ...alice, name: "aLICE" })).toBe(true);
      expect(await entities.replace(renamed)).toBe(true);
    });
    const { entities } = store.identity;
    expect(await entities.findById(alice.id)).toEqual(renamed);
    expect(await entities.find(account, "user", "alice")).toBeUndefined();
    expect(await entities.find(account, "user", "alice2")).toEqual(renamed);
  });

  it("gives a name to one of two transactions that both found it free", async () => {
    const { store } = await open();
    const one = await addEntity(store, sampleUser("one"));
    const other = await addEntity(store, sampleUser("other"));
    const claims = await claimsOfTwo(
      store,
      ({ entities }) => entities.replace({ ...one, name: "Best" }),
      ({ entities }) => entities.replace({ ...other, name: "bEST" }),
    );
    expect(claims).toEqual([true, false]);
    expect(names(await store.identity.entities.list(account, "user", { limit: 9 }))).toEqual([
      ...["Best", "other"],
    ]);
  });

  it("adds one of ten entities of a name that are added at once", async () => {
    const { store } = await open();
    const claims = await Promise.all(
      Array.from({ length: 10 }, () =>
        store.transaction(({ identity }) => identity.entities.insertIfAbsent(sampleUser("one"))),
      ),
    );
    expect(claims.filter((claim) => claim)).toHaveLength(1);
    expect(await store.identity.entities.count(account, "user")).toBe(1);
  });

  it("removes the row alone", async () => {
    const { store } = await open();
    const alice = await addEntity(store, sampleUser("alice"));
    const bob = await addEntity(store, sampleUser("bob"));
    await store.transaction(({ identity }) => identity.entities.remove(alice));
    expect(await store.identity.entities.findById(alice.id)).toBeUndefined();
    expect(await store.identity.entities.findById(bob.id)).toEqual(bob);
  });

  it("moves the last use of a role forward and never back", async () => {
    const { store } = await open();
    const role = await addEntity(store, sampleRole("deploy"));
    const record = (at: number, region: string) =>
      store.transaction(({ identity }) => identity.entities.recordUse(role, at, region));
    await record(5, "us-east-1");
    await record(4, "eu-west-1");
    expect(await store.identity.entities.findById(role.id)).toEqual({
      ...{ ...role, usedAt: 5, usedRegion: "us-east-1" },
    });
    await record(6, "eu-west-1");
    expect(await store.identity.entities.findById(role.id)).toMatchObject({
      ...{ usedAt: 6, usedRegion: "eu-west-1" },
    });
  });
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: groups", ({ open }) => {
  async function addMembers(store: MetadataStore, groups: readonly string[], users: number) {
    const all: Entity[] = [];
    for (const name of groups) all.push(await addEntity(store, sampleGroup(name)));
    const members: Entity[] = [];
    for (let n = 0; n < users; n++) members.push(await addEntity(store, sampleUser(`u-${n}`)));
    await store.transaction(async ({ identity: { entities } }) => {
      for (const group of all) {
        for (const user of members) expect(await entities.addMember(group, user)).toBe(true);
      }
    });
    return { groups: all, users: members };
  }

  it("lists the groups of a user by name, and the members of a group by id, page by page", async () => {
    const { store } = await open();
    const { groups, users } = await addMembers(store, ["b", "A", "c"], 5);
    await addEntity(store, sampleGroup("empty"));
    const { entities } = store.identity;
    for (const user of users) expect(names(await entities.groupsOf(user))).toEqual(["A", "b", "c"]);
    const ids = users.map(({ id }) => id).toSorted();
    const [group] = groups as [Entity, ...Entity[]];
    const first = await entities.members(group, { limit: 3 });
    expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(first[0]).toEqual(users.find(({ id }) => id === ids[0]));
    const rest = await entities.members(group, { after: first[2]?.id, limit: 3 });
    expect(rest.map(({ id }) => id)).toEqual(ids.slice(3));
  });

  it("adds and removes a member once, and touches no other membership", async () => {
    const { store } = await open();
    const { groups, users } = await addMembers(store, ["a", "b"], 2);
    const [[a, b], [one, two]] = [groups, users] as [[Entity, Entity], [Entity, Entity]];
    await store.transaction(async ({ identity: { entities } }) => {
      expect(await entities.addMember(a, one)).toBe(false);
      expect(await entities.removeMember(a, one)).toBe(true);
      expect(await entities.removeMember(a, one)).toBe(false);
    });
    const { entities } = store.identity;
    expect(names(await entities.groupsOf(one))).toEqual(["b"]);
    expect(names(await entities.groupsOf(two))).toEqual(["a", "b"]);
    expect(names(await entities.members(a, { limit: 9 }))).toEqual(["u-1"]);
    expect(await entities.members(b, { limit: 9 })).toHaveLength(2);
  });

  it("lists no more groups of a user than one may have", async () => {
    const { store } = await open();
    const groups = Array.from({ length: limits.groupsPerUser + 2 }, (_, n) => `g-${n}`);
    const { users } = await addMembers(store, groups, 1);
    const found = await store.identity.entities.groupsOf(users[0] as Entity);
    expect(found).toHaveLength(limits.groupsPerUser);
  });
});
