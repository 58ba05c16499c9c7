import { describe, expect, it } from "vitest";
import { cacheLimits } from "../../src/registry/pull-through-cache/cache-limits.ts";
import type { CacheRule } from "../../src/registry/pull-through-cache/cache-rule.ts";
import { createCacheRule } from "../../src/registry/pull-through-cache/change-rules.ts";
import { deployment } from "../support/ecr.ts";
import { addAccounts } from "../support/sessions.ts";
import { metadataStores, otherRegistries, registry } from "./metadata-stores.ts";
import { outcomes, Pusher, times } from "./pusher.ts";

const rule = (key: string, changes: Partial<CacheRule> = {}): CacheRule => ({
  ...{ registry, key, createdAt: 5, updatedAt: 5 },
  settings: {
    ...{ prefix: `${key}/`, upstreamUrl: "quay.io", upstream: "quay", upstreamPrefix: "ROOT" },
    credentialArn: "arn:secret",
  },
  ...changes,
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: cache rules", ({ open }) => {
  it("keeps one of a key in each registry, finds those of some keys, and lists them by key", async () => {
    const { store, reopen } = await open();
    const elsewhere = rule("b", { registry: otherRegistries[0]!, updatedAt: 7 });
    await store.transaction(async ({ cacheRules }) => {
      for (const each of [rule("b"), rule("a"), rule("ROOT"), elsewhere]) {
        expect(await cacheRules.insertIfAbsent(each)).toBe(true);
      }
      expect(await cacheRules.insertIfAbsent(rule("b", { updatedAt: 9 }))).toBe(false);
    });
    const { cacheRules } = await reopen();
    const found = await cacheRules.at(registry, ["b", "never", "ROOT"]);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(rule("b"));
    expect(await cacheRules.at(registry, [])).toEqual([]);
    const keys = (await cacheRules.list(registry, { limit: 9 })).map(({ key }) => key);
    expect(keys).toEqual(["ROOT", "a", "b"]);
    expect(await cacheRules.list(registry, { after: "ROOT", limit: 1 })).toEqual([rule("a")]);
    expect(await cacheRules.list(otherRegistries[0]!, { limit: 9 })).toEqual([elsewhere]);
    expect(await cacheRules.list(otherRegistries[1]!, { limit: 9 })).toEqual([]);
  });

  it("replaces and removes the one that was named, and no other", async () => {
    const { store } = await open();
    const settings = { ...rule("b").settings, credentialArn: "arn:other" };
    const changed = rule("b", { updatedAt: 8, settings });
    await store.transaction(async ({ cacheRules }) => {
      for (const key of ["a", "b", "c"]) await cacheRules.insertIfAbsent(rule(key));
      expect(await cacheRules.lock(registry, "b")).toEqual(rule("b"));
      expect(await cacheRules.lock(registry, "never")).toBeUndefined();
      await cacheRules.replace(changed);
      await cacheRules.remove(registry, "a");
      await cacheRules.remove(registry, "never");
    });
    expect(await store.cacheRules.list(registry, { limit: 9 })).toEqual([changed, rule("c")]);
  });

  it("adds up what is counted by the hour, of which a sum takes those that begin late enough", async () => {
    const { store, reopen } = await open();
    const counted = (key: string, at: number, pulls: number, changes = {}) => {
      return {
        ...{ registry, key, at, pulls, misses: 1, sentBytes: 2 ** 40, fetchedBytes: 3 },
        ...changes,
      };
    };
    await store.transaction(async ({ cacheRules }) => {
      for (const key of ["a", "b"]) await cacheRules.insertIfAbsent(rule(key));
      await cacheRules.addUsage([counted("a", 1, 100), counted("a", 2, 10), counted("b", 2, 7)]);
      const elsewhere = counted("a", 2, 5, { registry: otherRegistries[0]! });
      await cacheRules.addUsage([counted("a", 2, 20), counted("a", 3, 1), elsewhere]);
    });
    const again = await reopen();
    const sums = await again.cacheRules.usage(registry, ["a", "b", "never"], 2);
    expect(sums.get("a")).toEqual({
      pulls: 31,
      misses: 3,
      sentBytes: 3 * 2 ** 40,
      fetchedBytes: 9,
    });
    expect([...sums.keys()].sort()).toEqual(["a", "b"]);
    await again.transaction(async ({ cacheRules }) => {
      expect(await cacheRules.removeUsageBefore(3, 2)).toBe(2);
      expect(await cacheRules.removeUsageBefore(3, 9)).toBe(2);
      await cacheRules.remove(registry, "a");
    });
    expect([...(await again.cacheRules.usage(registry, ["a", "b"], 0)).keys()]).toEqual([]);
  });

  it("knows of an upstream what is newest, of rules that are there", async () => {
    const { store, reopen } = await open();
    const failure = (at: number) => ({
      at,
      reason: `failed at ${at}`,
      repositoryName: "b/app" as never,
    });
    await store.transaction(async ({ cacheRules }) => {
      for (const key of ["a", "b"]) await cacheRules.insertIfAbsent(rule(key));
      await cacheRules.noteHealth(registry, "b", { fetchedAt: 5, failure: failure(6) });
      await cacheRules.noteHealth(registry, "b", { fetchedAt: 4, failure: failure(5) });
      await cacheRules.noteHealth(registry, "b", { fetchedAt: 7 });
      await cacheRules.noteHealth(registry, "never", { fetchedAt: 7 });
    });
    const again = await reopen();
    const health = await again.cacheRules.health(registry, ["a", "b", "never"]);
    expect(health.get("b")).toEqual({ fetchedAt: 7, failure: failure(6) });
    expect(health.get("a")).toEqual({});
    expect(health.size).toBe(2);
    expect(await again.cacheRules.at(registry, ["b"])).toEqual([rule("b")]);
  });

  it("lets in as many rules as a registry may have, also when the last come at once", async () => {
    const { ports } = new Pusher((await open()).store);
    await addAccounts(ports, registry.account);
    const { rules: most } = cacheLimits;
    await ports.metadata.transaction(async ({ cacheRules }) => {
      for (let n = 0; n < most - 1; n++) await cacheRules.insertIfAbsent(rule(`t${n}`));
    });
    const last = times(3, (n) =>
      createCacheRule(ports, deployment, registry, { prefix: `last-${n}`, upstreamUrl: "quay.io" }),
    );
    expect(await outcomes(last)).toBe(1);
    expect(await ports.metadata.cacheRules.list(registry, { limit: 99 })).toHaveLength(most);
  });
});
