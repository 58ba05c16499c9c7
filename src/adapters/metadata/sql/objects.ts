import { sql } from "kysely";
import type { Otherwise, PageRequest } from "../../../ports/metadata-store.ts";
import type { KeptObject, ObjectReads, ObjectWrites } from "../../../ports/stored-object-store.ts";
import {
  EqualObjectStands,
  type StoredObject,
} from "../../../registry/encryption/stored-object.ts";
import type { Digest, ObjectId, Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { SqlDialect } from "./dialect.ts";
import {
  ofRegistry,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import { activeHolder, archivedHolder, longestLease, type ObjectKey } from "./object-holders.ts";
import { objectColumns, toObject } from "./object-row.ts";
import { adjustObjectCounts, registryTotals } from "./registry-counters.ts";
import { removeLayerInventory } from "./scans.ts";
import type { SqlSession } from "./session.ts";
import { type SqlCommand, statement } from "./statement.ts";

export class SqlObjects implements ObjectReads, ObjectWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(id: ObjectId): Promise<StoredObject | undefined> {
    const row = await this.#session.first(find, { id });
    return row && toObject(row, registryKey(row));
  }

  async findLive(
    registry: Registry,
    domain: string,
    digest: Digest,
  ): Promise<StoredObject | undefined> {
    const row = await this.#session.first(findLive, { ...registryKey(registry), domain, digest });
    return row && toObject(row, registry);
  }

  async lock(id: ObjectId): Promise<StoredObject | undefined> {
    const row = await this.#session.first(lock, { id });
    return row && toObject(row, registryKey(row));
  }

  async lockLive(
    registry: Registry,
    domain: string,
    digest: Digest,
  ): Promise<StoredObject | undefined> {
    const row = await this.#session.first(lockLive, { ...registryKey(registry), domain, digest });
    return row && toObject(row, registry);
  }

  async content(id: ObjectId): Promise<Uint8Array | undefined> {
    const row = await this.#session.first(content, { id });
    return row?.content;
  }

  async findKept(id: ObjectId): Promise<KeptObject | undefined> {
    const row = await this.#session.first(kept, { id });
    return row && { object: toObject(row, registryKey(row)), sealed: row.content };
  }

  async isLinked({ registry, id }: StoredObject): Promise<boolean> {
    const row = await this.#session.first(link, { ...registryKey(registry), id });
    return row !== undefined;
  }

  async isHeldByActive(object: StoredObject, now: number): Promise<boolean> {
    const key = { ...registryKey(object.registry), id: object.id };
    if ((await this.#session.first(activeHolder, key)) !== undefined) return true;
    const lease = await this.leasedUntil(object);
    return lease !== undefined && lease > now;
  }

  async isHeldByArchived({ registry, id }: StoredObject): Promise<boolean> {
    const row = await this.#session.first(archivedHolder, { ...registryKey(registry), id });
    return row !== undefined;
  }

  async leasedUntil({ registry, id }: StoredObject): Promise<number | undefined> {
    const row = await this.#session.first(longestLease, { ...registryKey(registry), id });
    const until = row?.leased_until ?? null;
    return until === null ? undefined : Number(until);
  }

  async findMany(registry: Registry, ids: readonly ObjectId[]): Promise<StoredObject[]> {
    const rows = await several.all(this.#session, registryKey(registry), ids);
    return rows.map((row) => toObject(row, registry));
  }

  async lockMany(registry: Registry, ids: readonly ObjectId[]): Promise<StoredObject[]> {
    const rows = await severalLocked.all(this.#session, registryKey(registry), ids);
    return rows.map((row) => toObject(row, registry));
  }

  async liveAmong(
    registry: Registry,
    domain: string,
    digests: readonly Digest[],
  ): Promise<Digest[]> {
    const key = { ...registryKey(registry), domain };
    return (await liveAmong.all(this.#session, key, digests)).map(({ digest }) => digest);
  }

  async linkedElsewhere(repository: RepositoryRef, ids: readonly ObjectId[]): Promise<ObjectId[]> {
    const rows = await linkedElsewhere.all(this.#session, repositoryKey(repository), ids);
    return rows.map(({ object }) => object);
  }

  async list({ after = beforeAll, limit }: PageRequest<ObjectId>): Promise<StoredObject[]> {
    const rows = await this.#session.all(list, { after, limit });
    return rows.map((row) => toObject(row, registryKey(row)));
  }

  async totals(): Promise<{ objects: number; sealedBytes: number }> {
    const row = await this.#session.first(registryTotals, {});
    return { objects: Number(row?.objects ?? 0), sealedBytes: Number(row?.sealed_bytes ?? 0) };
  }

  async insert(object: StoredObject, kept?: Uint8Array): Promise<void> {
    const [row, ...others] = this.#insertion(object, kept);
    await this.#session.laterOrFail(row, () => new EqualObjectStands(), others);
  }

  insertIfAbsent(object: StoredObject, kept?: Uint8Array): Promise<boolean> {
    const [row, ...others] = this.#insertion(object, kept);
    return this.#session.runIfChanged(row, others);
  }

  /** The row's insertion, and what goes with it if it is new. */
  #insertion(object: StoredObject, kept?: Uint8Array): [SqlCommand, ...SqlCommand[]] {
    const key = registryKey(object.registry);
    const row = this.#session.command(insert, {
      ...key,
      id: object.id,
      domain: object.domain,
      digest: object.digest,
      sizeBytes: object.sizeBytes,
      sealedBytes: object.sealedBytes,
      wrappedKey: object.wrappedKey,
      state: object.state,
      placement: object.placement,
      place: object.place,
      layout: object.layout,
      createdAt: object.createdAt,
    });
    const slot = this.#session.counterSlot;
    const counts = { ...key, slot, objects: 1, sealedBytes: object.sealedBytes };
    const counted = this.#session.command(adjustObjectCounts, counts);
    if (kept === undefined) return [row, counted];
    return [row, counted, this.#session.command(keep, { ...key, id: object.id, content: kept })];
  }

  setPlace(id: ObjectId, from: string, to: string, otherwise: Otherwise): Promise<void> {
    return this.#session.laterOrFail(this.#session.command(setPlace, { id, from, to }), otherwise);
  }

  async markDeleting(id: ObjectId): Promise<void> {
    await this.#session.later(markDeleting, { id, noKey: new Uint8Array(0) });
  }

  async rewrap(objects: readonly StoredObject[]): Promise<void> {
    await this.#session.allLater(
      objects.map(({ registry, id, domain, wrappedKey }) =>
        this.#session.command(rewrap, { ...registryKey(registry), id, domain, wrappedKey }),
      ),
    );
  }

  async remove(id: ObjectId): Promise<void> {
    // Locked, so that of two who remove it one finds it gone and takes nothing off the counters.
    const row = await this.#session.first(lock, { id });
    if (row === undefined) return;
    const key = registryKey(row);
    await this.#session.allLater([
      this.#session.command(removeContent, { ...key, id }),
      this.#session.command(removeLayerInventory, { ...key, object: id }),
      this.#session.command(remove, { ...key, id }),
      this.#session.command(adjustObjectCounts, {
        ...key,
        slot: this.#session.counterSlot,
        objects: -1,
        sealedBytes: -row.sealed_bytes,
      }),
    ]);
  }
}

/** Sorts before every id. */
const beforeAll = "" as ObjectId;

const byId = ({ builder }: SqlDialect, key: { id: ObjectId }) =>
  builder
    .selectFrom("object")
    .select(objectColumns)
    .select(["account", "region"])
    .where("id", "=", key.id);

const find = statement(byId);

const lock = statement((dialect, key: { id: ObjectId }) => {
  const query = byId(dialect, key);
  return dialect.locksRows ? query.forUpdate() : query;
});

type ContentKey = RegistryKey & { readonly domain: string; readonly digest: Digest };

const live = ({ builder }: SqlDialect, key: ContentKey) =>
  builder
    .selectFrom("object")
    .select(objectColumns)
    .where((row) => row.and({ ...ofRegistry(key), domain: key.domain, digest: key.digest }))
    // Literal, so that the database sees that the index of live objects serves.
    .where("state", "=", sql.lit("live"));

const findLive = statement(live);

/** Shared: pushes of one layer at once do not wait for one another. */
const lockLive = statement((dialect, key: ContentKey) => {
  const query = live(dialect, key);
  return dialect.locksRows ? query.forShare() : query;
});

const withContent = ({ builder }: SqlDialect, key: { id: ObjectId }) =>
  builder
    .selectFrom("object")
    .innerJoin("object_content", (join) =>
      join
        .onRef("object_content.account", "=", "object.account")
        .onRef("object_content.region", "=", "object.region")
        .onRef("object_content.object", "=", "object.id"),
    )
    .select("object_content.content")
    .where("object.id", "=", key.id);

const content = statement(withContent);

const kept = statement((dialect, key: { id: ObjectId }) =>
  withContent(dialect, key).select(objectColumns).select(["object.account", "object.region"]),
);

const link = statement(({ builder }, key: ObjectKey) =>
  builder
    .selectFrom("layer")
    .select("object")
    .where((row) => row.and({ ...ofRegistry(key), object: key.id }))
    .unionAll(
      builder
        .selectFrom("image")
        .select("object")
        .where((row) => row.and({ ...ofRegistry(key), object: key.id })),
    )
    .limit(sql.lit(1)),
);

const severalOf = (isLocking: boolean) =>
  new ListStatement(({ builder, locksRows }, key: RegistryKey, ids) => {
    const rows = builder
      .selectFrom("object")
      .select(objectColumns)
      .where((row) => row.and(ofRegistry(key)))
      .where("id", "in", ids as readonly ObjectId[])
      .orderBy("id");
    return isLocking && locksRows ? rows.forUpdate() : rows;
  });

const several = severalOf(false);
const severalLocked = severalOf(true);

const liveAmong = new ListStatement(
  ({ builder }, key: RegistryKey & { readonly domain: string }, digests) =>
    builder
      .selectFrom("object")
      .select("digest")
      .where((row) => row.and({ ...ofRegistry(key), domain: key.domain }))
      .where("digest", "in", digests as readonly Digest[])
      .where("state", "=", sql.lit("live")),
);

const linkedElsewhere = new ListStatement(({ builder }, key: RepositoryKey, ids) =>
  builder
    .selectFrom("layer")
    .select("object")
    .distinct()
    .where((row) => row.and(ofRegistry(key)))
    .where("object", "in", ids as readonly ObjectId[])
    .where("repository", "<>", key.repository),
);

const rewrap = statement(
  ({ builder }, to: ObjectKey & { domain: string; wrappedKey: Uint8Array }) =>
    builder
      .updateTable("object")
      .set({ domain: to.domain, wrapped_key: to.wrappedKey })
      .where((row) => row.and({ ...ofRegistry(to), id: to.id })),
);

const list = statement(({ builder }, page: { after: ObjectId; limit: number }) =>
  builder
    .selectFrom("object")
    .select(objectColumns)
    .select(["account", "region"])
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const insert = statement(
  (
    { builder },
    row: ObjectKey & {
      domain: string;
      digest: Digest;
      sizeBytes: number;
      sealedBytes: number;
      wrappedKey: Uint8Array;
      state: StoredObject["state"];
      placement: StoredObject["placement"];
      place: string;
      layout: string;
      createdAt: number;
    },
  ) =>
    builder
      .insertInto("object")
      .values({
        ...ofRegistry(row),
        id: row.id,
        domain: row.domain,
        digest: row.digest,
        size_bytes: row.sizeBytes,
        sealed_bytes: row.sealedBytes,
        wrapped_key: row.wrappedKey,
        state: row.state,
        placement: row.placement,
        place: row.place,
        layout: row.layout,
        created_at: row.createdAt,
      })
      .onConflict((conflict) =>
        conflict
          .columns(["account", "region", "domain", "digest"])
          .where("state", "=", sql.lit("live"))
          .doNothing(),
      ),
);

const keep = statement(({ builder }, row: ObjectKey & { content: Uint8Array }) =>
  builder
    .insertInto("object_content")
    .values({ ...ofRegistry(row), object: row.id, content: row.content }),
);

const setPlace = statement(({ builder }, key: { id: ObjectId; from: string; to: string }) =>
  builder
    .updateTable("object")
    .set({ place: key.to })
    .where((row) => row.and({ id: key.id, place: key.from }))
    .where("state", "=", sql.lit("live")),
);

const markDeleting = statement(({ builder }, key: { id: ObjectId; noKey: Uint8Array }) =>
  builder
    .updateTable("object")
    .set({ state: "deleting", wrapped_key: key.noKey })
    .where("id", "=", key.id),
);

const removeContent = statement(({ builder }, key: ObjectKey) =>
  builder
    .deleteFrom("object_content")
    .where((row) => row.and({ ...ofRegistry(key), object: key.id })),
);

const remove = statement(({ builder }, key: ObjectKey) =>
  builder.deleteFrom("object").where((row) => row.and({ ...ofRegistry(key), id: key.id })),
);
