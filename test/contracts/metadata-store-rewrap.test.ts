/** What a rotation of the master key asks of a MetadataStore: to list what is wrapped, and wrap it anew. */
import { describe, expect, it } from "vitest";
import type { ServiceKey } from "../../src/ports/service-key-store.ts";
import { account, otherAccount, sampleKey, sampleSession } from "./identity-samples.ts";
import { metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

const bytes = (value: Uint8Array | undefined) => [...(value ?? [])];

describe.each(metadataStores)("$name keeps the MetadataStore contract: rewrapping", ({ open }) => {
  it("lists the service keys of all registries page by page", async () => {
    const { store } = await open();
    const registries = [registry, ...otherRegistries];
    await store.transaction(async ({ serviceKeys }) => {
      for (const each of registries) {
        for (const version of [2, 10, 1]) {
          const wrapped = Uint8Array.of(version);
          await serviceKeys.insertIfAbsent({ registry: each, version, wrapped, createdAt: 1 });
        }
      }
    });
    const found: ServiceKey[] = [];
    for (;;) {
      const page = await store.serviceKeys.listAll({ after: found.at(-1), limit: 2 });
      found.push(...page);
      if (page.length < 2) break;
    }
    const name = ({ registry: { account: of, region }, version }: ServiceKey) =>
      `${of} ${region} ${String(version).padStart(2, "0")}`;
    const names = found.map(name);
    expect(names).toHaveLength(registries.length * 3);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it("wraps a service key anew only if it is still wrapped as it was read", async () => {
    const { store } = await open();
    const key: ServiceKey = { registry, version: 1, wrapped: Uint8Array.of(1), createdAt: 1 };
    const other = { ...key, version: 2 };
    const outcomes = await store.transaction(async ({ serviceKeys }) => {
      await serviceKeys.insertIfAbsent(key);
      await serviceKeys.insertIfAbsent(other);
      return [
        await serviceKeys.rewrap(key, Uint8Array.of(7)),
        await serviceKeys.rewrap(key, Uint8Array.of(8)),
        await serviceKeys.rewrap({ ...key, version: 3 }, Uint8Array.of(9)),
      ];
    });
    expect(outcomes).toEqual([true, false, false]);
    expect(bytes((await store.serviceKeys.find(registry, 1))?.wrapped)).toEqual([7]);
    expect(bytes((await store.serviceKeys.find(registry, 2))?.wrapped)).toEqual([1]);
  });

  it("replaces a setting only where it has the value that was read", async () => {
    const { store } = await open();
    const outcomes = await store.transaction(async ({ settings }) => {
      await settings.put(registry, "name", "one");
      return [
        await settings.replace(registry, "name", "one", "two"),
        await settings.replace(registry, "name", "one", "three"),
        await settings.replace(registry, "none", "one", "two"),
        await settings.replace(otherRegistries[0]!, "name", "two", "three"),
      ];
    });
    expect(outcomes).toEqual([true, false, false, false]);
    expect(await store.settings.find(registry, "name")).toBe("two");
    expect(await store.settings.find(registry, "none")).toBeUndefined();
  });

  it("lets one of two replace a setting that both have read", async () => {
    const { store } = await open();
    await store.transaction(({ settings }) => settings.put(registry, "name", "one"));
    const outcomes = await Promise.all(
      ["a", "b", "c"].map((to) =>
        store.transaction(({ settings }) => settings.replace(registry, "name", "one", to)),
      ),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  it("lists access keys and sessions of all accounts by id, and seals one secret anew", async () => {
    const { store } = await open();
    const owners = [account, otherAccount].map((of) => ({ account: of, id: "AIDAALICE" }));
    await store.transaction(async ({ identity: { accessKeys, sessions } }) => {
      for (const [index, owner] of owners.entries()) {
        await accessKeys.insert(sampleKey(owner, { id: `AKIA${index}` }));
        await sessions.insert(sampleSession(owner, { accessKeyId: `ASIA${index}` }));
      }
      await accessKeys.reseal("AKIA0", Uint8Array.of(7));
      await accessKeys.reseal("AKIANONE", Uint8Array.of(7));
      await sessions.reseal("ASIA1", Uint8Array.of(8));
      await sessions.reseal("ASIANONE", Uint8Array.of(8));
    });
    const { accessKeys, sessions } = store.identity;
    const keys = await accessKeys.listAll({ limit: 9 });
    expect(keys.map(({ id }) => id)).toEqual(["AKIA0", "AKIA1"]);
    expect((await accessKeys.listAll({ after: "AKIA0", limit: 1 })).map(({ id }) => id)).toEqual([
      "AKIA1",
    ]);
    expect(bytes(keys[0]?.sealedSecret)).toEqual([7]);
    expect(bytes(keys[1]?.sealedSecret)).not.toEqual([7]);
    const all = await sessions.listAll({ limit: 9 });
    expect(all.map(({ accessKeyId }) => accessKeyId)).toEqual(["ASIA0", "ASIA1"]);
    expect(bytes(all[1]?.sealedSecret)).toEqual([8]);
    expect(bytes(all[0]?.sealedSecret)).not.toEqual([8]);
  });
});
