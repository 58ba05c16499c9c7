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
