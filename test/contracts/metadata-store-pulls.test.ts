/** Whose pulls do not count, and which images somebody says are in use. */
import { describe, expect, it } from "vitest";
import type { PullTimeExclusion } from "../../src/registry/images/pull-time-exclusion.ts";
import type { ImageUse } from "../../src/registry/images-in-use/image-use.ts";
import type { Registry } from "../../src/registry/names.ts";
import type { RepositoryRef } from "../../src/registry/repositories/repository.ts";
import {
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  registry,
} from "./metadata-stores.ts";

const arn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;

describe.each(metadataStores)("$name keeps the MetadataStore contract: exclusions", ({ open }) => {
  it("keeps a principal once in each registry, until it is removed", async () => {
    const { store, reopen } = await open();
    const made = (name: string, of: Registry = registry, createdAt = 5): PullTimeExclusion => ({
      ...{ registry: of, principalArn: arn(name), createdAt },
    });
    const elsewhere = made("a", otherRegistries[0]);
    await store.transaction(async ({ pullTimeExclusions }) => {
      expect(await pullTimeExclusions.insertIfAbsent(made("b"))).toBe(true);
      expect(await pullTimeExclusions.insertIfAbsent(made("a"))).toBe(true);
      expect(await pullTimeExclusions.insertIfAbsent(made("a", registry, 9))).toBe(false);
      expect(await pullTimeExclusions.insertIfAbsent(elsewhere)).toBe(true);
    });
    const again = await reopen();
    const list = (page: object) => again.pullTimeExclusions.list(registry, { limit: 9, ...page });
    expect(await list({})).toEqual([made("a"), made("b")]);
    expect(await list({ limit: 1 })).toEqual([made("a")]);
    expect(await list({ after: arn("a") })).toEqual([made("b")]);
    await again.transaction(async ({ pullTimeExclusions }) => {
      expect(await pullTimeExclusions.remove(registry, arn("a"))).toBe(true);
      expect(await pullTimeExclusions.remove(registry, arn("a"))).toBe(false);
    });
    expect(await list({})).toEqual([made("b")]);
    expect(await again.pullTimeExclusions.list(otherRegistries[0]!, { limit: 9 })).toEqual([
      elsewhere,
    ]);
  });
});

function use(
  { registry: of, id }: RepositoryRef,
  n: number,
  more: Partial<ImageUse> = {},
): ImageUse {
  return {
    repository: { registry: of, id },
    ...{ digest: digest(n), reporter: "node-a", reportedAt: 5, expiresAt: 100 },
    ...more,
  };
}

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: images in use",
  ({ open }) => {
    it("keeps what each reporter said last of an image", async () => {
      const { store, reopen } = await open();
      const repository = await addRepository(store, "team/app");
      const other = await addRepository(store, "team/other");
      const again = use(repository, 1, { reportedAt: 50, expiresAt: 60 });
      const others = [use(repository, 1, { reporter: "node-b" }), use(repository, 2)];
      await store.transaction(async ({ inUse }) => {
        await inUse.put([use(repository, 1), ...others, use(other, 1)]);
        await inUse.put([again]); // Sooner than before: the last word counts.
      });
      const reopened = await reopen();
      const list = (page: object, now = 0) =>
        reopened.inUse.list(repository, { limit: 9, ...page }, now);
      expect(await list({})).toEqual([again, ...others]);
      expect(await list({ limit: 2 })).toEqual([again, others[0]]);
      expect(await list({ after: { digest: digest(1), reporter: "node-a" } })).toEqual(others);
      expect(await list({}, 60)).toEqual(others);
      await reopened.transaction(({ inUse }) =>
        inUse.remove(repository, "node-b", [digest(1), digest(2), digest(3)]),
      );
      expect(await list({})).toEqual([again, others[1]]);
      expect(await reopened.inUse.list(other, { limit: 9 }, 0)).toEqual([use(other, 1)]);
    });

    it("finds among images those that are in use, until the last report of each expires", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      const other = await addRepository(store, "team/other");
      await store.transaction(({ inUse }) =>
        inUse.put([
          ...[use(repository, 1), use(repository, 1, { reporter: "node-b", expiresAt: 200 })],
          ...[use(repository, 2), use(other, 3)],
        ]),
      );
      const asked = [1, 2, 3, 4].map(digest);
      const among = async (now: number) => (await store.inUse.among(repository, asked, now)).sort();
      expect(await among(99)).toEqual([digest(1), digest(2)]);
      expect(await among(100)).toEqual([digest(1)]);
      expect(await among(200)).toEqual([]);
      expect(await store.inUse.among(repository, [], 0)).toEqual([]);
      expect(await store.inUse.among(repository, [digest(2)], 0)).toEqual([digest(2)]);
    });

    it("removes what has expired, so many at a time, and all of a repository with it", async () => {
      const { store } = await open();
      const repository = await addRepository(store, "team/app");
      const other = await addRepository(store, "team/other");
      await store.transaction(({ inUse }) =>
        inUse.put([
          ...[1, 2, 3].map((n) => use(repository, n)),
          ...[use(repository, 4, { expiresAt: 101 }), use(other, 1, { expiresAt: 900 })],
        ]),
      );
      const expire = () => store.transaction(({ inUse }) => inUse.removeExpired(100, 2));
      expect([await expire(), await expire(), await expire()]).toEqual([2, 1, 0]);
      const left = await store.inUse.list(repository, { limit: 9 }, 0);
      expect(left.map((each) => each.digest)).toEqual([digest(4)]);
      await store.transaction((change) => change.repositories.remove(repository, 1));
      expect(await store.inUse.list(repository, { limit: 9 }, 0)).toEqual([]);
      expect(await store.inUse.list(other, { limit: 9 }, 0)).toHaveLength(1);
    });
  },
);
