/** What holds of a metadata store as a whole. Its tables have suites of their own beside this. */
import { describe, expect, it } from "vitest";
import type { MetadataChange } from "../../src/ports/metadata-store.ts";
import { RegistryError } from "../../src/registry/errors.ts";
import {
  addImage,
  addLayer,
  addRepository,
  digest,
  metadataStores,
  registry,
  repositoryName,
  sampleObject,
  sampleRepository,
  tag,
} from "./metadata-stores.ts";

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: transactions",
  ({ open }) => {
    it("shows all writes of a transaction once it resolves", async () => {
      const { store } = await open();
      const repository = sampleRepository("team/app");
      const answer = await store.transaction(async (change) => {
        await change.repositories.insertIfAbsent(repository);
        await change.settings.put(registry, "BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE");
        return 42;
      });
      expect(answer).toBe(42);
      expect(await store.repositories.find(registry, repository.name)).toEqual(repository);
      expect(await store.settings.find(registry, "BASIC_SCAN_TYPE_VERSION")).toBe("AWS_NATIVE");
    });

    it("leaves nothing of work that rejects, and rejects with its error", async () => {
      const { store } = await open();
      const refusal = new RegistryError("LimitExceeded", "no more");
      const work = store.transaction(async (change) => {
        await change.repositories.insertIfAbsent(sampleRepository("team/app"));
        await change.objects.insertIfAbsent(sampleObject(digest(1)), Uint8Array.of(1));
        throw refusal;
      });
      await expect(work).rejects.toBe(refusal);
      expect(await store.repositories.list(registry, { limit: 10 })).toEqual([]);
      const totals = { repositories: 0, images: 0, sizeBytes: 0 };
      expect(await store.repositories.totals()).toEqual(totals);
      expect(await store.objects.totals()).toEqual({ objects: 0, sealedBytes: 0 });
    });

    it("leaves nothing of work in which a statement failed and was not caught", async () => {
      const { store } = await open();
      const repository = sampleRepository("team/app");
      const work = store.transaction(async (change) => {
        await change.repositories.insertIfAbsent(repository);
        // A tag of an image that does not exist.
        await change.tags.put(repository, { tag: tag("v1"), digest: digest(1), at: 1 });
      });
      await expect(work).rejects.toThrow();
      expect(await store.repositories.find(registry, repository.name)).toBeUndefined();
    });

    it("hides writes from outside until they are committed, and shows them inside", async () => {
      const { store } = await open();
      const repository = sampleRepository("team/app");
      await store.transaction(async (change) => {
        await change.repositories.insertIfAbsent(repository);
        expect(await change.repositories.find(registry, repository.name)).toEqual(repository);
        expect(await store.repositories.find(registry, repository.name)).toBeUndefined();
        expect(await store.repositories.count(registry)).toBe(0);
      });
      expect(await store.repositories.count(registry)).toBe(1);
    });

    it("keeps the work that succeeds when other work, asked for at the same time, rejects", async () => {
      const { store } = await open();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          store.transaction(async (change) => {
            await change.repositories.insertIfAbsent(sampleRepository(`team/app-${n}`));
            if (n % 2 === 1) throw new Error(`refused ${n}`);
            return n;
          }),
        ),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(
        Array.from({ length: 20 }, (_, n) => (n % 2 === 1 ? "rejected" : "fulfilled")),
      );
      expect(await store.repositories.list(registry, { limit: 100 })).toHaveLength(10);
      expect(await store.repositories.count(registry)).toBe(10);
    });

    it("gives a tag to one of 50 transactions that want it at once", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      for (let n = 0; n < 50; n++) await addImage(store, repository, digest(n));
      const claims = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          store.transaction(async (change) => {
            await change.repositories.lock(registry, repository.name);
            if ((await change.tags.find(repository, tag("v1"))) !== undefined) return undefined;
            await change.tags.put(repository, { tag: tag("v1"), digest: digest(n), at: n });
            return digest(n);
          }),
        ),
      );
      const winners = claims.filter((claim) => claim !== undefined);
      expect(winners).toHaveLength(1);
      expect(await store.tags.find(repository, tag("v1"))).toBe(winners[0]);
    });

    it("shows a tag at every moment while 50 transactions move it", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      for (let n = 0; n < 50; n++) await addImage(store, repository, digest(n));
      await store.transaction((change) =>
        change.tags.put(repository, { tag: tag("latest"), digest: digest(0), at: 0 }),
      );
      let moving = true;
      const moves = Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          store.transaction((change) =>
            change.tags.put(repository, { tag: tag("latest"), digest: digest(n), at: n }),
          ),
        ),
      ).finally(() => {
        moving = false;
      });
      while (moving) {
        const name = repository.name;
        const resolved = await store.images.resolve(registry, name, { tag: tag("latest") });
        expect(resolved?.image).toBeDefined();
        await new Promise(setImmediate);
      }
      await moves;
      const counts = await Promise.all(
        Array.from({ length: 50 }, (_, n) => store.tags.count(repository, digest(n))),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    });

    it("refuses what is asked of a transaction that has ended", async () => {
      const { store } = await open();
      let escaped: MetadataChange | undefined;
      await store.transaction(async (change) => {
        escaped = change;
        await change.settings.put(registry, "name", "value");
      });
      await expect(escaped?.settings.put(registry, "name", "late")).rejects.toThrow("ended");
      expect(await store.settings.find(registry, "name")).toBe("value");
    });

    it("keeps every row when it is closed and opened again", async () => {
      const { store, reopen } = await open();
      const repository = await addRepository(store, "team/app");
      const { layer } = await addLayer(store, repository, digest(1));
      const image = await addImage(store, repository, digest(2), { tags: ["v1"] });
      const again = await reopen();
      expect(await again.repositories.find(registry, repository.name)).toEqual(repository);
      expect(await again.layers.find(repository, digest(1))).toEqual(layer);
      expect((await again.images.list(repository, { limit: 10 }))[0]).toEqual({
        ...image,
        tags: ["v1"],
      });
      expect(await again.objects.totals()).toEqual({ objects: 2, sealedBytes: 2_200 });
    });

    it("finishes the transactions that were asked for before it closes", async () => {
      const { store, reopen } = await open();
      const pending = store.transaction((change) =>
        change.repositories.insertIfAbsent(sampleRepository("team/app")),
      );
      const again = await reopen();
      expect(await pending).toBe(true);
      expect(await again.repositories.find(registry, repositoryName("team/app"))).toBeDefined();
    });

    it("refuses transactions once it is closed", async () => {
      const { store, reopen } = await open();
      await reopen();
      await expect(store.transaction(async () => undefined)).rejects.toMatchObject({
        kind: "ServiceUnavailable",
      });
    });

    it("proves by a write that it takes writes", async () => {
      const { store } = await open();
      await store.probe();
      await store.probe();
    });

    it("commits work that asked for nothing", async () => {
      const { store } = await open();
      expect(await store.transaction(async () => "nothing")).toBe("nothing");
      await expect(
        store.transaction(async () => {
          throw new Error("nothing done");
        }),
      ).rejects.toThrow("nothing done");
    });
  },
);
