/** Managed policies, attachments, inline policies, and the policies of repositories and registries. */
import { describe, expect, it } from "vitest";
import type { User } from "../../src/registry/identity/entity.ts";
import {
  account,
  addEntity,
  otherAccount,
  samplePolicy,
  sampleRole,
  sampleUser,
} from "./identity-samples.ts";
import { addRepository, metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

describe.each(metadataStores)("$name keeps the MetadataStore contract: policies", ({ open }) => {
  it("gives a policy back as it was stored, by name whatever its letters", async () => {
    const { store } = await open();
    const policy = samplePolicy("Pull", {
      path: "/team/",
      description: "may pull",
      tags: [{ key: "k", value: "ü" }],
    });
    await store.transaction(async ({ identity: { policies } }) => {
      expect(await policies.insertIfAbsent(policy)).toBe(true);
      expect(await policies.insertIfAbsent(samplePolicy("pULL"))).toBe(false);
      const elsewhere = samplePolicy("pull", { account: otherAccount });
      expect(await policies.insertIfAbsent(elsewhere)).toBe(true);
      expect(await policies.lock(account, "PULL")).toEqual(policy);
      expect(await policies.lock(account, "none")).toBeUndefined();
    });
    expect(await store.identity.policies.find(account, "pull")).toEqual(policy);
    expect(await store.identity.policies.find(account, "none")).toBeUndefined();
    expect(await store.identity.policies.count(account)).toBe(1);
  });

  it("lists policies by name, page by page, and by the beginning of paths", async () => {
    const { store } = await open();
    await store.transaction(async ({ identity: { policies } }) => {
      for (const [name, path] of [
        ["b", "/team/"],
        ["A", "/"],
        ["C", "/team/x/"],
      ] as const) {
        await policies.insertIfAbsent(samplePolicy(name, { path }));
      }
      await policies.insertIfAbsent(samplePolicy("z", { account: otherAccount }));
    });
    const { policies } = store.identity;
    const names = async (...[page, filter]: [object, object?]) =>
      (await policies.list(account, { limit: 9, ...page }, filter)).map(({ name }) => name);
    expect(await names({})).toEqual(["A", "b", "C"]);
    expect(await names({ after: "a", limit: 1 })).toEqual(["b"]);
    expect(await names({}, { pathPrefix: "/team/" })).toEqual(["b", "C"]);
  });

  it("keeps versions of a policy, the newest first, until they or it are removed", async () => {
    const { store } = await open();
    const [policy, other] = [samplePolicy("a"), samplePolicy("b")];
    const version = (n: number) => ({ version: n, document: `{"n":${n}}`, createdAt: n });
    await store.transaction(async ({ identity: { policies } }) => {
      for (const each of [policy, other]) {
        await policies.insertIfAbsent(each);
        for (const n of [1, 2, 10]) await policies.insertVersion(each, version(n));
      }
      await policies.removeVersion(policy, 1);
    });
    const { policies } = store.identity;
    expect(await policies.versions(policy)).toEqual([version(10), version(2)]);
    expect(await policies.version(policy, 2)).toEqual(version(2));
    expect(await policies.version(policy, 1)).toBeUndefined();
    expect(await policies.countVersions(account)).toBe(5);
    expect(await policies.countVersions(otherAccount)).toBe(0);
    const next = { ...policy, defaultVersion: 10, versionsMade: 10, updatedAt: 9 };
    await store.transaction(({ identity }) => identity.policies.replace(next));
    expect(await policies.find(account, "a")).toEqual(next);
    await store.transaction(({ identity }) => identity.policies.remove(policy));
    expect(await policies.find(account, "a")).toBeUndefined();
    expect(await policies.versions(policy)).toEqual([]);
    expect(await policies.find(account, "b")).toEqual(other);
    expect(await policies.versions(other)).toHaveLength(3);
  });

  it("attaches a policy to an entity once, and lists both sides in order", async () => {
    const { store } = await open();
    const arn = "arn:aws:iam::000000000000:policy/a";
    const another = "arn:aws:iam::aws:policy/B";
    const users: User[] = [];
    for (const name of ["u-0", "u-1", "u-2"]) users.push(await addEntity(store, sampleUser(name)));
    const role = await addEntity(store, sampleRole("r", { path: "/team/" }));
    const foreign = await addEntity(store, sampleUser("f", { account: otherAccount }));
    await store.transaction(async ({ identity: { policies } }) => {
      for (const entity of [...users, role, foreign]) {
        expect(await policies.attach(entity, arn)).toBe(true);
        expect(await policies.attach(entity, arn)).toBe(false);
      }
      expect(await policies.attach(role, another)).toBe(true);
    });
    const { policies } = store.identity;
    expect(await policies.attached(role)).toEqual([arn, another]);
    expect(await policies.attachmentCount(account, arn)).toBe(4);
    const inOrder = [
      { kind: "role", name: "r", id: role.id, path: "/team/" },
      ...users
        .map(({ name, id, path }) => ({ kind: "user" as const, name, id, path }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ];
    expect(await policies.attachments(account, arn, { limit: 9 })).toEqual(inOrder);
    const first = await policies.attachments(account, arn, { limit: 2 });
    expect(first).toEqual(inOrder.slice(0, 2));
    const rest = await policies.attachments(account, arn, { after: first[1], limit: 9 });
    expect(rest).toEqual(inOrder.slice(2));
    await store.transaction(async (change) => {
      expect(await change.identity.policies.detach(role, arn)).toBe(true);
      expect(await change.identity.policies.detach(role, arn)).toBe(false);
    });
    expect(await policies.attached(role)).toEqual([another]);
    expect(await policies.attachmentCount(account, arn)).toBe(3);
  });

  it("counts and pages through who is bounded by a policy", async () => {
    const { store } = await open();
    const boundary = "arn:aws:iam::000000000000:policy/edge";
    const { id: first } = await addEntity(store, sampleUser("a", { boundary }));
    const { id: second } = await addEntity(store, sampleRole("b", { boundary, path: "/team/" }));
    await addEntity(store, sampleUser("c"));
    await addEntity(store, sampleUser("d", { boundary, account: otherAccount }));
    expect(await store.identity.policies.boundaryCount(account, boundary)).toBe(2);
    expect(await store.identity.policies.boundaryCount(account, "arn:other")).toBe(0);
    const { policies } = store.identity;
    const all = [
      { kind: "user", name: "a", id: first, path: "/" },
      { kind: "role", name: "b", id: second, path: "/team/" },
    ];
    expect(await policies.bounded(account, boundary, { limit: 9 })).toEqual(all);
    expect(await policies.bounded(account, boundary, { limit: 1 })).toEqual(all.slice(0, 1));
    expect(await policies.bounded(account, boundary, { after: first, limit: 9 })).toEqual(
      all.slice(1),
    );
    expect(await policies.bounded(account, "arn:other", { limit: 9 })).toEqual([]);
  });

  it("keeps inline policies by name, overwrites and removes them one by one", async () => {
    const { store } = await open();
    const user = await addEntity(store, sampleUser("a"));
    const other = await addEntity(store, sampleUser("b"));
    await store.transaction(async ({ identity: { policies } }) => {
      await policies.putInline(user, { name: "b", document: "1" });
      await policies.putInline(user, { name: "A", document: "2" });
      await policies.putInline(user, { name: "b", document: '{"ü":3}' });
      await policies.putInline(other, { name: "b", document: "4" });
      expect(await policies.removeInline(other, "a")).toBe(false);
    });
    const { policies } = store.identity;
    expect(await policies.inline(user)).toEqual([
      { name: "A", document: "2" },
      { name: "b", document: '{"ü":3}' },
    ]);
    await store.transaction(async (change) => {
      expect(await change.identity.policies.removeInline(user, "b")).toBe(true);
      expect(await change.identity.policies.removeInline(user, "b")).toBe(false);
    });
    expect(await policies.inline(user)).toEqual([{ name: "A", document: "2" }]);
    expect(await policies.inline(other)).toEqual([{ name: "b", document: "4" }]);
  });
});

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: policies of resources",
  ({ open }) => {
    it("keeps one policy for a repository, and goes with it", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      const other = await addRepository(store, "team/other");
      await store.transaction(async ({ resourcePolicies }) => {
        await resourcePolicies.putOfRepository(repository, "1", 5);
        await resourcePolicies.putOfRepository(repository, "2", 6);
        await resourcePolicies.putOfRepository(other, "3", 6);
      });
      expect(await store.resourcePolicies.ofRepository(repository)).toBe("2");
      await store.transaction(async ({ resourcePolicies }) => {
        expect(await resourcePolicies.removeOfRepository(repository)).toBe(true);
        expect(await resourcePolicies.removeOfRepository(repository)).toBe(false);
      });
      expect(await store.resourcePolicies.ofRepository(repository)).toBeUndefined();
      expect(await store.resourcePolicies.ofRepository(other)).toBe("3");
      await store.transaction((change) => change.repositories.remove(other, 9));
      expect(await store.resourcePolicies.ofRepository(other)).toBeUndefined();
    });

    it("keeps one policy for each registry", async () => {
      const { store } = await open();
      await store.transaction(async ({ resourcePolicies }) => {
        await resourcePolicies.putOfRegistry(registry, "1", 5);
        await resourcePolicies.putOfRegistry(registry, "2", 6);
      });
      expect(await store.resourcePolicies.ofRegistry(registry)).toBe("2");
      for (const other of otherRegistries) {
        expect(await store.resourcePolicies.ofRegistry(other)).toBeUndefined();
      }
      await store.transaction(async ({ resourcePolicies }) => {
        expect(await resourcePolicies.removeOfRegistry(registry)).toBe(true);
        expect(await resourcePolicies.removeOfRegistry(registry)).toBe(false);
      });
      expect(await store.resourcePolicies.ofRegistry(registry)).toBeUndefined();
    });

    it("tells the policy and the tags of a repository in one read", async () => {
      const { store } = await open();
      const bare = await addRepository(store, "bare");
      const full = await addRepository(store, "full");
      await addRepository(store, "full", { registry: otherRegistries[1] as typeof registry });
      await store.transaction(async ({ repositories, resourcePolicies }) => {
        await resourcePolicies.putOfRepository(full, "{}", 5);
        for (const key of ["b", "A", "c"])
          await repositories.putResourceTag(full, key, `of ${key}`);
      });
      const { access } = store.resourcePolicies;
      const read = access.bind(store.resourcePolicies);
      expect(await read(registry, bare.name)).toEqual({
        policy: undefined,
        resourceTags: new Map(),
      });
      expect(await read(registry, full.name)).toEqual({
        policy: "{}",
        resourceTags: new Map([
          ["A", "of A"],
          ["b", "of b"],
          ["c", "of c"],
        ]),
      });
      expect(
        (await read(otherRegistries[1] as typeof registry, full.name))?.policy,
      ).toBeUndefined();
      expect(await read(registry, "none" as typeof full.name)).toBeUndefined();
    });
  },
);
