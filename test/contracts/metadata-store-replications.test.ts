import { describe, expect, it } from "vitest";
import type { Registry, RepositoryName, Tag } from "../../src/registry/names.ts";
import type {
  BackfillResult,
  ImageReplication,
  ReplicationBackfill,
} from "../../src/registry/replication/image-replication.ts";
import type { ReplicationChange } from "../../src/registry/replication/replication-change.ts";
import { addImage, addRepository, digest, metadataStores, registry } from "./metadata-stores.ts";

const west = { account: registry.account, region: "eu-west-1" } as Registry;
const south = { account: registry.account, region: "ap-southeast-2" } as Registry;

const on = (
  { registry, id }: ImageReplication["repository"],
  n: number,
  changes: Partial<ImageReplication> = {},
): ImageReplication => ({
  ...{ repository: { registry, id }, digest: digest(n), destination: west },
  ...{ status: "IN_PROGRESS", failureCode: undefined, failure: undefined },
  ...{ tags: ["v1" as Tag], revision: 1, attempts: 0, dueAt: 5, requestedAt: 5 },
  endedAt: undefined,
  ...changes,
});

const backfillOf = (
  id: string,
  changes: Partial<ReplicationBackfill> = {},
): ReplicationBackfill => ({
  ...{ registry, id, destination: west, status: "PREPARING", failureCode: undefined },
  ...{ total: undefined, completed: 0, failed: 0, failureCodes: [], position: undefined },
  ...{ startedAt: 1, endedAt: undefined },
  ...changes,
});

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: replications",
  ({ open }) => {
    it("keeps of each image what became of it at each destination, and goes with the image", async () => {
      const { store, reopen } = await open();
      const repository = await addRepository(store, "team/app");
      for (const n of [1, 2, 3]) await addImage(store, repository, digest(n));
      const first = on(repository, 1, { dueAt: 7 });
      const ended = on(repository, 1, {
        ...{ destination: south, status: "FAILED", failureCode: "AccessDenied", failure: "no" },
        ...{ dueAt: undefined, endedAt: 9, revision: 2, attempts: 3, tags: [] },
      });
      const second = on(repository, 2, { requestedAt: 3 });
      await store.transaction(async ({ replications }) => {
        for (const each of [first, ended, second]) await replications.put(each);
      });
      expect(await store.replications.find(first)).toEqual(first);
      expect(await store.replications.find(on(repository, 3))).toBeUndefined();
      expect(await store.replications.ofImage(repository, digest(1))).toEqual([ended, first]);
      expect(await store.replications.due(first, 6, 9)).toEqual([second]);
      expect(await store.replications.due(first, 7, 9)).toEqual([second, first]);
      expect(await store.replications.due(first, 7, 1)).toEqual([second]);
      expect(await store.replications.due(ended, 99, 9)).toEqual([]);
      expect(await store.replications.nextDueAt(first)).toBe(5);
      expect(await store.replications.nextDueAt(ended)).toBeUndefined();
      expect(await store.replications.waitingFor(repository)).toEqual([west]);
      const counts = [
        { source: registry, destination: west, status: "IN_PROGRESS", images: 2, oldestAt: 3 },
        { source: registry, destination: south, status: "FAILED", images: 1, oldestAt: 5 },
      ];
      expect(await store.replications.counts()).toEqual(counts);
      expect(await store.replications.countsOf(registry)).toEqual(counts);
      expect(await store.replications.countsOf(west)).toEqual([]);

      const done = { ...second, status: "COMPLETE" as const, dueAt: undefined, endedAt: 8 };
      await store.transaction(async ({ replications }) => {
        expect(await replications.lock(second)).toEqual(second);
        await replications.put(done);
      });
      await store.transaction(({ replications }) => replications.remove(ended));
      expect(await store.replications.ofImage(repository, digest(1))).toEqual([first]);
      const reopened = await reopen();
      expect(await reopened.replications.find(second)).toEqual(done);
      await reopened.transaction(({ images }) => images.remove(repository, digest(1)));
      expect(await reopened.replications.ofImage(repository, digest(1))).toEqual([]);
      await expect(
        reopened.transaction(({ replications }) => replications.put(first)),
      ).rejects.toThrow();
    });

    it("goes with an image that leaves the trash for good, alone or with its repository", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      for (const n of [1, 2]) await addImage(store, repository, digest(n));
      await store.transaction(async ({ images, replications, trash }) => {
        for (const n of [1, 2]) {
          await replications.put(on(repository, n));
          const image = (await images.find(repository, digest(n)))!;
          await trash.putImage({
            ...{ repository, image, tags: [], reason: { kind: "DELETED" }, deletedBy: "b" },
            ...{ deletedAt: 1, expiresAt: 2 },
          });
        }
      });
      await store.transaction(({ trash }) => trash.removeImage(repository, digest(1)));
      expect(await store.replications.ofImage(repository, digest(1))).toEqual([]);
      const links = [{ digest: digest(2) }];
      const by = { images: 0, sizeBytes: 0 };
      await store.transaction(({ trash }) => trash.removeContents(repository, links, by));
      expect(await store.replications.ofImage(repository, digest(2))).toEqual([]);
      expect(await store.replications.due(on(repository, 2), 99, 9)).toEqual([]);
    });

    it("keeps changes on their way, and remembers of removals the latest until its time is over", async () => {
      const { store, reopen } = await open();
      const { registry: source, id } = await addRepository(store, "team/app");
      const repository = { registry: source, id };
      const lane = { repository, destination: west };
      const removal = (target: string, changes: Partial<ReplicationChange> = {}) => ({
        ...{ ...lane, kind: "TAG" as const, target, at: 4, status: "IN_PROGRESS" as const },
        ...{ failureCode: undefined, failure: undefined, revision: 1, attempts: 0 },
        ...{ dueAt: 5, requestedAt: 5, expiresAt: undefined, ...changes },
      });
      const ended = removal("v2", {
        ...{ status: "FAILED", failureCode: "AccessDenied", failure: "no", dueAt: undefined },
        ...{ expiresAt: 20, requestedAt: 3 },
      });
      const elsewhere = removal("v1", { destination: south, dueAt: 9, requestedAt: 9 });
      await store.transaction(async ({ replicationChanges: changes }) => {
        for (const each of [removal("v1"), ended, elsewhere]) await changes.put(each);
        const tombstone = { repository, kind: "TAG", target: "v1" as Tag } as const;
        for (const at of [4, 7, 6]) await changes.bury({ ...tombstone, at, expiresAt: at + 10 });
      });
      const reopened = await reopen();
      const { replicationChanges } = reopened;
      expect(await replicationChanges.find(ended)).toEqual(ended);
      expect(await replicationChanges.find(removal("v3"))).toBeUndefined();
      expect(await replicationChanges.due(lane, 4, 9)).toEqual([]);
      expect(await replicationChanges.due(lane, 5, 9)).toEqual([removal("v1")]);
      expect(await replicationChanges.nextDueAt(lane)).toBe(5);
      expect(await replicationChanges.waitingFor(repository)).toEqual([south, west]);
      const counts = [
        { source: registry, destination: south, status: "IN_PROGRESS", images: 1, oldestAt: 9 },
        { source: registry, destination: west, status: "IN_PROGRESS", images: 1, oldestAt: 5 },
        { source: registry, destination: west, status: "FAILED", images: 1, oldestAt: 3 },
      ];
      expect(await replicationChanges.counts()).toEqual(counts);
      expect(await replicationChanges.countsOf(registry)).toEqual(counts);
      expect(await replicationChanges.countsOf(west)).toEqual([]);
      expect(await replicationChanges.removedAt(repository, "TAG", "v1")).toBe(7);
      expect(await replicationChanges.removedAt(repository, "IMAGE", "v1")).toBeUndefined();
      const expire = (now: number) =>
        reopened.transaction((change) => change.replicationChanges.removeExpired(now, 9));
      expect(await expire(16)).toBe(0);
      expect(await expire(20)).toBe(2);
      expect(await replicationChanges.removedAt(repository, "TAG", "v1")).toBeUndefined();
      expect(await replicationChanges.find(ended)).toBeUndefined();
      await reopened.transaction((change) => change.replicationChanges.remove(removal("v1")));
      expect(await replicationChanges.waitingFor(repository)).toEqual([south]);
    });

    it("tells whether anything in a repository is later than a time: images, copies, tags", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      const isLater = (at: number) => store.replicationChanges.hasLater(repository, at);
      expect(await isLater(-1)).toBe(false);
      await addImage(store, repository, digest(1));
      const { pushedAt } = (await store.images.find(repository, digest(1)))!;
      expect(await isLater(pushedAt)).toBe(false);
      expect(await isLater(pushedAt - 1)).toBe(true);
      // A copy counts since when it is alive where it comes from.
      await store.transaction(({ images }) => images.setAliveAt(repository, digest(1), 50));
      expect([await isLater(49), await isLater(50)]).toEqual([true, false]);
      const state = { state: "ACTIVE", archivedAt: undefined, activatedAt: 60 } as const;
      await store.transaction(({ images }) => images.setState(repository, digest(1), state));
      expect([await isLater(59), await isLater(60)]).toEqual([true, false]);
      const move = { tag: "v1" as Tag, digest: digest(1), at: 70 };
      await store.transaction(({ tags }) => tags.put(repository, move));
      expect([await isLater(69), await isLater(70)]).toEqual([true, false]);
      await store.transaction(({ tags }) => tags.remove(repository, "v1" as Tag, 80));
      expect(await isLater(60)).toBe(false);
      // Not what lies in the trash.
      await store.transaction(async ({ images, trash }) => {
        const image = (await images.find(repository, digest(1)))!;
        await trash.putImage({
          ...{ repository, image, tags: [], reason: { kind: "DELETED" }, deletedBy: "b" },
          ...{ deletedAt: 1, expiresAt: 2 },
        });
      });
      expect(await isLater(-1)).toBe(false);
    });

    it("remembers of a repository's name that it was removed, also when the repository is gone for good", async () => {
      const { store } = await open();
      const names = { registry, id: "" };
      const tombstone = { repository: names, kind: "REPOSITORY", at: 4, expiresAt: 9 } as const;
      const target = "team/app" as RepositoryName;
      await store.transaction(({ replicationChanges }) =>
        replicationChanges.bury({ ...tombstone, target }),
      );
      const { replicationChanges } = store;
      expect(await replicationChanges.removedAt(names, "REPOSITORY", target)).toBe(4);
      expect(await replicationChanges.removedAt(names, "REPOSITORY", "team")).toBeUndefined();
      await store.transaction((change) => change.replicationChanges.removeExpired(9, 9));
      expect(await replicationChanges.removedAt(names, "REPOSITORY", target)).toBeUndefined();
    });

    it("keeps how far a layer is on its way to a peer", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      const { registry, id } = repository;
      const key = { repository: { registry, id }, digest: digest(9), destination: west };
      expect(await store.replications.upload(key)).toBeUndefined();
      for (const offset of [0, 8]) {
        const upload = { ...key, uploadId: "u", offset };
        await store.transaction(({ replications }) => replications.putUpload(upload));
        expect(await store.replications.upload(key)).toEqual(upload);
      }
      await store.transaction(({ replications }) => replications.removeUpload(key));
      expect(await store.replications.upload(key)).toBeUndefined();
    });

    it("lets one backfill to a region be under way, and lists them by their start", async () => {
      const { store } = await open();
      const insert = (backfill: ReplicationBackfill) =>
        store.transaction(({ replications }) => replications.insertBackfill(backfill));
      const first = backfillOf("a");
      expect(await insert(first)).toBe(true);
      expect(await insert(backfillOf("b", { startedAt: 2 }))).toBe(false);
      expect(await insert(backfillOf("c", { startedAt: 3, destination: south }))).toBe(true);
      expect(await store.replications.busyBackfills(registry)).toBe(2);
      const ended = backfillOf("a", {
        ...{ status: "COMPLETE", total: 3, completed: 2, failed: 1, failureCodes: ["X"] },
        ...{ position: { name: "team/app" as RepositoryName, digest: digest(1) }, endedAt: 9 },
      });
      await store.transaction(async ({ replications }) => {
        expect(await replications.lockBackfill(registry, "a")).toEqual(first);
        await replications.replaceBackfill(ended);
      });
      expect(await store.replications.backfill(registry, "a")).toEqual(ended);
      expect(await insert(backfillOf("b", { startedAt: 2 }))).toBe(true);
      const ids = async (page: Parameters<typeof store.replications.backfills>[1]) =>
        (await store.replications.backfills(registry, page)).map(({ id }) => id);
      expect(await ids({ limit: 2 })).toEqual(["c", "b"]);
      expect(await ids({ limit: 2, after: { startedAt: 2, id: "b" } })).toEqual(["a"]);

      const resultOf = (
        position: number,
        changes: Partial<BackfillResult> = {},
      ): BackfillResult => ({
        ...{ position, name: "team/app" as RepositoryName, digest: digest(position) },
        ...{ tag: undefined, status: "COMPLETE", failureCode: undefined, subImageFailureCodes: [] },
        ...changes,
      });
      const failed = resultOf(2, {
        ...{ tag: "v1" as Tag, status: "FAILED", failureCode: "X", subImageFailureCodes: ["X"] },
      });
      const results = [resultOf(1), failed, resultOf(3)];
      await store.transaction(async ({ replications }) => {
        await replications.addBackfillResults(ended, results);
        await replications.addBackfillResults(ended, [failed]);
      });
      const { replications } = store;
      expect(await replications.backfillResults(registry, "a", { limit: 9 })).toEqual(results);
      expect(await replications.backfillResults(registry, "a", { limit: 1, after: 1 })).toEqual([
        failed,
      ]);
      expect(await replications.backfillResults(registry, "a", { limit: 9 }, "FAILED")).toEqual([
        failed,
      ]);
      const remove = (at: number) =>
        store.transaction((change) => change.replications.removeBackfillsBefore(at, 9));
      expect(await remove(9)).toBe(0);
      expect(await remove(10)).toBe(1);
      expect(await replications.backfill(registry, "a")).toBeUndefined();
      expect(await replications.backfillResults(registry, "a", { limit: 9 })).toEqual([]);
    });
  },
);
