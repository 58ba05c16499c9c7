import { describe, expect, it } from "vitest";
import type { AccountId, Region } from "../../src/registry/names.ts";
import type { GalleryEntry, GalleryVersion } from "../../src/registry/private-gallery/entry.ts";
import type { GallerySubscription } from "../../src/registry/private-gallery/subscription.ts";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import {
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
} from "./metadata-stores.ts";

const entryOf = (
  { registry: of, id, name }: Repository,
  changes: Partial<GalleryEntry> = {},
): GalleryEntry => ({
  ...{ repository: { registry: of, id }, name, title: "An app", owner: "a", purpose: "p" },
  ...{ contact: "c", documentation: "https://example.com", categories: ["base"] },
  fields: { "data class": "public", level: 3, isCritical: false },
  visibility: { scope: "REGISTRY", accounts: [], principalTags: {} },
  templates: [{ name: "k8s", body: "image: {{entrepot.image}}" }],
  ...{ createdAt: 1, updatedAt: 2 },
  ...changes,
});
const versionOf = (
  { registry: of, id }: Repository,
  version: string,
  changes: Partial<GalleryVersion> = {},
): GalleryVersion => ({
  ...{ repository: { registry: of, id }, version, images: { tagPattern: "1.*" }, state: "DRAFT" },
  ...{ successor: "b", note: "n", createdAt: 1, updatedAt: 2 },
  ...changes,
});
const shown = (accounts: readonly AccountId[] = []) => ({
  visibility: { scope: "ORGANIZATION", accounts, principalTags: { team: "a*" } } as const,
});

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: private gallery",
  ({ open }) => {
    it("keeps one entry of each repository, by name, the last one that was put", async () => {
      const { store, reopen } = await open();
      const [a, b] = [await addRepository(store, "a"), await addRepository(store, "b")];
      const changed = entryOf(a, { title: "Another", updatedAt: 9 });
      await store.transaction(async ({ privateGallery }) => {
        for (const each of [entryOf(b), entryOf(a), changed]) await privateGallery.putEntry(each);
      });
      const { privateGallery } = await reopen();
      expect(await privateGallery.entry(a)).toEqual(changed);
      expect(await privateGallery.entries(registry, { limit: 9 })).toEqual([changed, entryOf(b)]);
      const after = { name: a.name, repositoryId: a.id };
      expect(await privateGallery.entries(registry, { after, limit: 9 })).toEqual([entryOf(b)]);
      expect(await privateGallery.entries(otherRegistries[0]!, { limit: 9 })).toEqual([]);
    });

    it("finds what shows itself to others, in one region, across accounts", async () => {
      const { store } = await open();
      const own = await addRepository(store, "a");
      const hidden = await addRepository(store, "b");
      const elsewhere = { account: "999999999999" as AccountId, region: registry.region };
      const other = await addRepository(store, "a", { registry: elsewhere });
      const entries = [entryOf(own, shown()), entryOf(other, shown())];
      await store.transaction(async ({ privateGallery }) => {
        for (const each of [...entries, entryOf(hidden)]) await privateGallery.putEntry(each);
      });
      const { privateGallery } = store;
      expect(await privateGallery.shared(registry.region, { limit: 9 })).toEqual(entries);
      const after = { account: registry.account, name: own.name, repositoryId: own.id };
      const rest = await privateGallery.shared(registry.region, { after, limit: 9 });
      expect(rest).toEqual([entries[1]]);
    });

    it("keeps versions until their entry, or the repository, goes", async () => {
      const { store } = await open();
      const [a, b] = [await addRepository(store, "a"), await addRepository(store, "b")];
      const changed = versionOf(a, "a", { images: { digest: digest(1) }, successor: undefined });
      const others = [versionOf(a, "b"), versionOf(b, "a")];
      await store.transaction(async ({ privateGallery }) => {
        for (const each of [a, b]) await privateGallery.putEntry(entryOf(each));
        for (const each of [...others, versionOf(a, "a"), changed]) {
          await privateGallery.putVersion(each);
        }
      });
      expect(await store.privateGallery.versions(a)).toEqual([changed, versionOf(a, "b")]);
      await store.transaction(async ({ privateGallery }) => {
        expect(await privateGallery.removeVersion(a, "b")).toBe(true);
        expect(await privateGallery.removeVersion(a, "b")).toBe(false);
        expect(await privateGallery.removeEntry(a)).toBe(true);
        expect(await privateGallery.removeEntry(a)).toBe(false);
      });
      expect(await store.privateGallery.versions(a)).toEqual([]);
      expect(await store.privateGallery.versions(b)).toEqual([versionOf(b, "a")]);
      await store.transaction((change) => change.repositories.remove(b, 1));
      expect(await store.privateGallery.entry(b)).toBeUndefined();
      expect(await store.privateGallery.versions(b)).toEqual([]);
    });

    it("keeps one subscription of each account to an entry, and forgets it with the entry", async () => {
      const { store } = await open();
      const [a, b] = [await addRepository(store, "a"), await addRepository(store, "b")];
      const subscriptionOf = (
        { registry: of, id }: Repository,
        subscriber: string,
        principal = "arn:p",
      ): GallerySubscription => ({
        ...{ repository: { registry: of, id }, subscriber: subscriber as AccountId, principal },
        ...{ tags: { team: "a" }, createdAt: 1 },
      });
      const [one, two] = ["111111111111", "222222222222"] as const;
      const changed = subscriptionOf(a, one, "arn:q");
      await store.transaction(async ({ privateGallery }) => {
        for (const each of [a, b]) await privateGallery.putEntry(entryOf(each));
        for (const each of [
          ...[subscriptionOf(a, two), subscriptionOf(a, one), changed, subscriptionOf(b, two)],
        ]) {
          await privateGallery.putSubscription(each);
        }
      });
      const { privateGallery: gallery } = store;
      expect(await gallery.subscriptions(a)).toEqual([changed, subscriptionOf(a, two)]);
      const subscriber = { account: two as AccountId, region: registry.region };
      const its = await gallery.subscriptionsOf(subscriber, { limit: 9 });
      expect(its.map(({ repository }) => repository.id)).toEqual([a.id, b.id].toSorted());
      const [first] = its;
      const after = { account: registry.account, repositoryId: first!.repository.id };
      expect(await gallery.subscriptionsOf(subscriber, { after, limit: 9 })).toEqual([its[1]]);
      const elsewhere = { ...subscriber, region: "eu-west-1" as Region };
      expect(await gallery.subscriptionsOf(elsewhere, { limit: 9 })).toEqual([]);
      await store.transaction(async ({ privateGallery, repositories }) => {
        expect(await privateGallery.removeSubscription(a, one as AccountId)).toBe(true);
        expect(await privateGallery.removeSubscription(a, one as AccountId)).toBe(false);
        await privateGallery.removeEntry(a);
        await repositories.remove(b, 1);
      });
      expect(await gallery.subscriptions(a)).toEqual([]);
      expect(await gallery.subscriptions(b)).toEqual([]);
    });
  },
);
