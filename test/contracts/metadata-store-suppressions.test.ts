import { describe, expect, it } from "vitest";
import type { StoredSuppression } from "../../src/ports/suppression-store.ts";
import {
  addImage,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
} from "./metadata-stores.ts";

const sealed = (name: string, changes: Partial<StoredSuppression> = {}): StoredSuppression => ({
  ...{ registry, kind: "WAIVER", name, dueAt: undefined, sizeBytes: 3 },
  ...{ wrappedKey: Uint8Array.of(1), content: Uint8Array.of(2, 3) },
  ...changes,
});

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: suppressions",
  ({ open }) => {
    it("keeps them by kind and name, and lists what tells versions apart", async () => {
      const { store, reopen } = await open();
      const other = sealed("a", { registry: otherRegistries[0]!, wrappedKey: Uint8Array.of(9) });
      const document = sealed("a", { kind: "VEX", sizeBytes: 7 });
      const changed = sealed("a", { dueAt: 5, sizeBytes: 8, content: Uint8Array.of(8) });
      await store.transaction(async ({ suppressions }) => {
        const all = [sealed("b"), sealed("a"), sealed("c"), other, document, changed];
        for (const each of all) await suppressions.put(each);
        await suppressions.remove(sealed("c"));
        await suppressions.remove(sealed("never"));
      });
      const { suppressions } = await reopen();
      expect(await suppressions.find(changed)).toEqual(changed);
      expect(await suppressions.find(other)).toEqual(other);
      expect(await suppressions.find(document)).toEqual(document);
      expect(await suppressions.find(sealed("c"))).toBeUndefined();
      const heads = await suppressions.list(registry, "WAIVER", { limit: 9 });
      const { content: _, ...head } = changed;
      expect(heads).toEqual([head, expect.objectContaining({ name: "b", dueAt: undefined })]);
      const rest = await suppressions.list(registry, "WAIVER", { after: "a", limit: 1 });
      expect(rest.map(({ name }) => name)).toEqual(["b"]);
      expect(await suppressions.list(otherRegistries[1]!, "WAIVER", { limit: 9 })).toEqual([]);
    });

    it("says which are due, the longest first", async () => {
      const { store } = await open();
      await store.transaction(async ({ suppressions }) => {
        for (const [name, dueAt] of Object.entries({ a: 9, b: 7, c: 11, d: undefined })) {
          await suppressions.put(sealed(name, { dueAt }));
        }
      });
      const due = await store.suppressions.due(9, 9);
      expect(due).toEqual([sealed("b", { dueAt: 7 }), sealed("a", { dueAt: 9 })]);
      expect(await store.suppressions.due(9, 1)).toHaveLength(1);
    });

    it("keeps who answers for a manifest as long as that is there", async () => {
      const { store } = await open();
      const { registry, id } = await addRepository(store, "team/app");
      const repository = { registry, id };
      for (const n of [1, 2]) await addImage(store, repository, digest(n));
      const vouch = (n: number, principal: string) => ({
        ...{ repository, digest: digest(n), principal, at: n },
      });
      await store.transaction(async ({ suppressions }) => {
        await suppressions.vouch(vouch(1, "first"));
        await suppressions.vouch(vouch(1, "second"));
        await suppressions.vouch(vouch(2, "other"));
      });
      const digests = [digest(3), digest(1)];
      expect(await store.suppressions.vouched(repository, digests)).toEqual([vouch(1, "second")]);
      await store.transaction(({ images }) => images.remove(repository, digest(1)));
      expect(await store.suppressions.vouched(repository, digests)).toEqual([]);
      await store.transaction(({ repositories }) => repositories.remove({ ...repository }, 9));
      expect(await store.suppressions.vouched(repository, [digest(2)])).toEqual([]);
      const orphan = store.transaction((change) => change.suppressions.vouch(vouch(2, "late")));
      await expect(orphan).rejects.toThrow();
    });
  },
);
