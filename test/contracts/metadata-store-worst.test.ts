/** What lists are sorted and filtered by where somebody looks for the worst findings, on every store. */
import { describe, expect, it } from "vitest";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Digest } from "../../src/registry/names.ts";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import type { SeverityCounts } from "../../src/registry/scanning/image-scan.ts";
import type { ScanType } from "../../src/registry/scanning/scan-type.ts";
import { severityRank } from "../../src/registry/scanning/severity/severity-rank.ts";
import { formerStores } from "./former-schemas.ts";
import {
  addImage,
  addRepository,
  digest,
  metadataStores,
  reference,
  registry,
} from "./metadata-stores.ts";

const [low, high, critical] = [severityRank("LOW"), severityRank("HIGH"), severityRank("CRITICAL")];

/** The worst of a repository, and of each of its images that stand for themselves. */
async function worstIn(store: MetadataStore, { id, name }: Repository, type: ScanType = "BASIC") {
  const page = { sort: "SEVERITY" as const, descending: true, limit: 99 };
  const [found] = await store.search.repositories(registry, type, { prefix: name }, page);
  const images = await store.search.images({ registry, id }, type, {}, page);
  const numbers = images.map(({ image, position }): [number, number] => [
    ...([Number.parseInt(image.digest.slice(7), 16), position.value] as const),
  ]);
  return { all: found?.worst, of: Object.fromEntries(numbers) };
}

function scan(
  store: MetadataStore,
  repository: Repository,
  of: Digest,
  counts: SeverityCounts,
  type: ScanType = "BASIC",
) {
  return store.transaction(({ scans }) =>
    scans.put({
      ...{ repository, digest: of, type, status: "COMPLETE", description: undefined, counts },
      ...{ requestedAt: 1, endedAt: 2, sourceUpdatedAt: undefined, advisories: "a" },
    }),
  );
}

describe.each(metadataStores)("$name keeps the MetadataStore contract: worst findings", (kind) => {
  async function opened() {
    const { store } = await kind.open();
    return { store, repository: await addRepository(store, "app") };
  }

  it("follows scans up and down, each type by itself", async () => {
    const { store, repository } = await opened();
    for (const n of [1, 2]) await addImage(store, repository, digest(n));
    expect(await worstIn(store, repository)).toEqual({ all: 0, of: { 1: 0, 2: 0 } });
    await scan(store, repository, digest(1), { HIGH: 1, LOW: 4 });
    await scan(store, repository, digest(2), { LOW: 1 });
    await scan(store, repository, digest(2), { CRITICAL: 1 }, "ENHANCED");
    expect(await worstIn(store, repository)).toEqual({ all: high, of: { 1: high, 2: low } });
    expect(await worstIn(store, repository, "ENHANCED")).toEqual({
      ...{ all: critical, of: { 1: 0, 2: critical } },
    });
    await scan(store, repository, digest(1), {});
    expect(await worstIn(store, repository)).toEqual({ all: low, of: { 1: 0, 2: low } });
    expect(await store.scans.countWrongWorst(repository)).toBe(0);
  });

  it("tells of an index what is worst in what it lists, whichever came first", async () => {
    const { store, repository } = await opened();
    for (const n of [1, 2, 3]) await addImage(store, repository, digest(n));
    await scan(store, repository, digest(1), { LOW: 1 });
    const listing = (...of: number[]) => of.map((n) => reference("child", digest(n)));
    await addImage(store, repository, digest(9), { references: listing(1, 2) });
    expect((await worstIn(store, repository)).of).toEqual({ 3: 0, 9: low });
    await scan(store, repository, digest(2), { HIGH: 1 });
    await scan(store, repository, digest(3), { CRITICAL: 1 });
    expect((await worstIn(store, repository)).of).toEqual({ 3: critical, 9: high });
    await store.transaction(({ images }) =>
      images.addReferences(repository, digest(9), listing(3), 2),
    );
    expect((await worstIn(store, repository)).of).toEqual({ 9: critical });
    await scan(store, repository, digest(3), {});
    expect(await worstIn(store, repository)).toEqual({ all: high, of: { 9: high } });
    expect(await store.scans.countWrongWorst(repository)).toBe(0);
  });

  it("counts in a repository what can be pulled, and no more", async () => {
    const { store, repository } = await opened();
    const image = await addImage(store, repository, digest(1));
    await addImage(store, repository, digest(2));
    await scan(store, repository, digest(1), { CRITICAL: 1 });
    await scan(store, repository, digest(2), { LOW: 1 });
    const all = async () => {
      expect(await store.scans.countWrongWorst(repository)).toBe(0);
      return (await worstIn(store, repository)).all;
    };
    const reason = { kind: "DELETED" } as const;
    const trashed = { repository, image, tags: [], reason, deletedBy: "me" };
    await store.transaction(({ trash }) =>
      trash.putImage({ ...trashed, deletedAt: 1, expiresAt: 2 }),
    );
    expect(await all()).toBe(low);
    await store.transaction(({ trash }) =>
      trash.restoreImage({ ...trashed, deletedAt: 1, expiresAt: 2 }),
    );
    expect(await all()).toBe(critical);
    const archived = { state: "ARCHIVED", archivedAt: 1, activatedAt: undefined } as const;
    await store.transaction(({ images }) => images.setState(repository, digest(1), archived));
    expect(await all()).toBe(low);
    expect((await worstIn(store, repository)).of).toEqual({ 1: 0, 2: low });
    const page = { sort: "PUSHED" as const, descending: true, limit: 9 };
    const severe = { worstAtLeast: critical };
    expect(await store.search.images(repository, "BASIC", severe, page)).toEqual([]);
    await store.transaction(({ images }) => images.setState(repository, digest(1), image));
    expect(await all()).toBe(critical);
    await store.transaction(({ images }) => images.remove(repository, digest(1)));
    expect(await all()).toBe(low);
    await store.transaction((change) =>
      change.trash.removeContents(repository, [{ digest: digest(2) }], { images: 1, sizeBytes: 0 }),
    );
    expect(await all()).toBe(0);
  });

  it("loses none of what several scans of a repository find at once", async () => {
    const { store, repository } = await opened();
    const numbers = Array.from({ length: 12 }, (_, n) => n + 1);
    for (const n of numbers) await addImage(store, repository, digest(n));
    await addImage(store, repository, digest(99), {
      references: numbers.map((n) => reference("child", digest(n))),
    });
    await Promise.all(
      numbers.map((n) => scan(store, repository, digest(n), n === 1 ? { CRITICAL: 1 } : {})),
    );
    await Promise.all(
      numbers.map((n) => scan(store, repository, digest(n), n === 7 ? { HIGH: 1 } : {})),
    );
    expect(await worstIn(store, repository)).toEqual({ all: high, of: { 99: high } });
  });
});

/** Images 1 and 2 that were scanned, 9 that lists both, and 3 that is archived. */
const rows = (noBytes: string) => [
  `insert into repository (account, region, name, id, created_at, tag_mutability, exclusion_filters,
    scan_on_push, encryption_type, image_count, size_bytes) values ('${registry.account}',
    '${registry.region}', 'app', 'id', 1, 'MUTABLE', '[]', 0, 'AES256', 4, 4)`,
  ...[1, 2, 3, 9].flatMap((n) => {
    const key = `'${registry.account}', '${registry.region}'`;
    return [
      `insert into object (account, region, id, domain, digest, size_bytes, sealed_bytes, wrapped_key,
        state, placement, layout, created_at, place) values (${key}, 'o-${n}', 'AES256', 'd-${n}', 1, 1,
        ${noBytes}, 'live', 'blobs', '', 1, '')`,
      `insert into image (account, region, repository, digest, media_type, manifest_bytes, size_bytes,
        pushed_at, state, object, tag_count) values (${key}, 'id', '${digest(n)}', 'm', 1, 1, ${n},
        '${n === 3 ? "ARCHIVED" : "ACTIVE"}', 'o-${n}', 0)`,
      `insert into image_scan (account, region, repository, digest, type, status, requested_at, counts,
        worst) values (${key}, 'id', '${digest(n)}', 'ENHANCED', 'ACTIVE', 1, '{}',
        ${{ 1: low, 2: high, 3: critical, 9: 0 }[n]})`,
    ];
  }),
  ...[1, 2].map(
    (n) =>
      `insert into manifest_reference (account, region, repository, image, position, kind, digest,
        media_type, size_bytes) values ('${registry.account}', '${registry.region}', 'id',
        '${digest(9)}', ${n}, 'child', '${digest(n)}', 'm', 1)`,
  ),
];

describe.each(formerStores)("$name", ({ openFrom, noBytes }) => {
  it("tells the worst of what was scanned before it was kept", async () => {
    const store = await openFrom(40, rows(noBytes));
    const repository = await store.repositories.findById({ registry, id: "id" });
    expect(await store.scans.countWrongWorst({ registry, id: "id" })).toBe(0);
    expect(await worstIn(store, repository!, "ENHANCED")).toEqual({
      ...{ all: high, of: { 3: 0, 9: high } },
    });
    expect((await worstIn(store, repository!)).all).toBe(0);
  });
});
