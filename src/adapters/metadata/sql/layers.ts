import { type Expression, sql } from "kysely";
import type { LayerReads, LayerWrites, PageRequest } from "../../../ports/metadata-store.ts";
import type { StoredObject } from "../../../registry/encryption/stored-object.ts";
import type { Image } from "../../../registry/images/image.ts";
import type { Layer } from "../../../registry/layers/layer.ts";
import type { Digest, ObjectId, Registry, RepositoryName } from "../../../registry/names.ts";
import type { Repository, RepositoryRef } from "../../../registry/repositories/repository.ts";
import { runnablePrefixes } from "../../../registry/scanning/layer-media-types.ts";
import type { SqlDialect } from "./dialect.ts";
import {
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
  toRef,
} from "./keys.ts";
import { hasLayer, layerColumns, toLayer } from "./layer-row.ts";
import { ListStatement } from "./list-statement.ts";
import { hasObject, objectColumns, toObject } from "./object-row.ts";
import { adjustments } from "./repository-counters.ts";
import { hiddenNames, repositoryColumns, toRepository } from "./repository-row.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

type ResolvedLayer = {
  repository: Repository;
  layer: Layer | undefined;
  object: StoredObject | undefined;
};

export class SqlLayers implements LayerReads, LayerWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(repository: RepositoryRef, digest: Digest): Promise<Layer | undefined> {
    const row = await this.#session.first(find, { ...repositoryKey(repository), digest });
    return row && toLayer(row, toRef(repository));
  }

  findMany(repository: RepositoryRef, digests: readonly Digest[]): Promise<Layer[]> {
    return this.#several(repository, digests, false);
  }

  async list(repository: RepositoryRef, page: PageRequest<Digest>): Promise<Layer[]> {
    const { after = "" as Digest, limit } = page;
    const rows = await this.#session.all(list, { ...repositoryKey(repository), after, limit });
    const ref = toRef(repository);
    return rows.map((row) => toLayer(row, ref));
  }

  async count(repository: RepositoryRef): Promise<number> {
    const row = await this.#session.first(count, repositoryKey(repository));
    return Number(row?.layers ?? 0);
  }

  async resolve(
    registry: Registry,
    name: RepositoryName,
    digest: Digest,
  ): Promise<ResolvedLayer | undefined> {
    const { account, region } = registry;
    const row = await this.#session.first(resolve, { account, region, name, digest });
    if (row === undefined) return undefined;
    const repository = toRepository(row, registry);
    return {
      repository,
      layer: hasLayer(row) ? toLayer(row, toRef(repository)) : undefined,
      object: hasObject(row) ? toObject(row, registry) : undefined,
    };
  }

  async isReferenced(repository: RepositoryRef, digest: Digest): Promise<boolean> {
    const row = await this.#session.first(reference, { ...repositoryKey(repository), digest });
    return row !== undefined;
  }

  async isPullable(repository: RepositoryRef, digest: Digest): Promise<boolean> {
    const row = await this.#session.first(pullable, { ...repositoryKey(repository), digest });
    return row !== undefined;
  }

  async isHeld(repository: RepositoryRef, digest: Digest): Promise<boolean> {
    const row = await this.#session.first(holding, { ...repositoryKey(repository), digest });
    return row !== undefined;
  }

  async isNeeded(repository: RepositoryRef, digest: Digest): Promise<boolean> {
    const row = await this.#session.first(need, { ...repositoryKey(repository), digest });
    return row !== undefined;
  }

  async archivedAmong(repository: RepositoryRef, digests: readonly Digest[]): Promise<Digest[]> {
    const rows = await archivedAmong.all(this.#session, repositoryKey(repository), digests);
    return [...new Set(rows.map(({ digest }) => digest))];
  }

  async holders(registry: Registry, digest: Digest, limit: number): Promise<Repository[]> {
    const rows = await this.#session.all(holders, { ...registryKey(registry), digest, limit });
    return rows.map((row) => toRepository(row, registry));
  }

  lock(repository: RepositoryRef, digests: readonly Digest[]): Promise<Layer[]> {
    return this.#several(repository, digests, true);
  }

  linkIfAbsent(layer: Layer): Promise<boolean> {
    const { repository, sizeBytes } = layer;
    const row = this.#session.command(link, {
      ...repositoryKey(repository),
      digest: layer.digest,
      object: layer.object,
      sizeBytes,
      mediaType: layer.mediaType ?? null,
      linkedAt: layer.linkedAt,
      leasedUntil: layer.leasedUntil,
    });
    return this.#session.runIfChanged(row, adjustments(this.#session, repository, { sizeBytes }));
  }

  async lease(repository: RepositoryRef, digest: Digest, until: number): Promise<void> {
    await this.#session.later(lease, { ...repositoryKey(repository), digest, until });
  }

  async setMediaType(repository: RepositoryRef, digest: Digest, mediaType: string): Promise<void> {
    await this.#session.later(setMediaType, { ...repositoryKey(repository), digest, mediaType });
  }

  async relink(repository: RepositoryRef, digest: Digest, object: ObjectId): Promise<void> {
    await this.#session.later(relink, { ...repositoryKey(repository), digest, object });
  }

  async unlink(repository: RepositoryRef, digest: Digest): Promise<void> {
    await this.#session.later(unlink, { ...repositoryKey(repository), digest });
  }

  /** In digest order, each once. */
  async #several(
    repository: RepositoryRef,
    digests: readonly Digest[],
    locked: boolean,
  ): Promise<Layer[]> {
    const statement = locked ? severalLocked : several;
    const rows = await statement.all(this.#session, repositoryKey(repository), digests);
    const ref = toRef(repository);
    return rows.map((row) => toLayer(row, ref));
  }
}

type LayerKey = RepositoryKey & { readonly digest: Digest };

const find = statement(({ builder }, key: LayerKey) =>
  builder
    .selectFrom("layer")
    .select(layerColumns)
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

const severalOf = (isLocking: boolean) =>
  new ListStatement(({ builder, locksRows }, key: RepositoryKey, digests) => {
    const rows = builder
      .selectFrom("layer")
      .select(layerColumns)
      .where((row) => row.and(ofRepository(key)))
      .where("digest", "in", digests as readonly Digest[])
      .orderBy("digest");
    return isLocking && locksRows ? rows.forUpdate() : rows;
  });

const several = severalOf(false);
const severalLocked = severalOf(true);

const list = statement(({ builder }, page: RepositoryKey & { after: Digest; limit: number }) =>
  builder
    .selectFrom("layer")
    .select(layerColumns)
    .where((row) => row.and(ofRepository(page)))
    .where("digest", ">", page.after)
    .orderBy("digest")
    .limit(page.limit),
);

const count = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("layer")
    .select(({ fn }) => fn.countAll<number>().as("layers"))
    .where((row) => row.and(ofRepository(key))),
);

const resolve = statement(
  ({ builder }, key: RegistryKey & { name: RepositoryName; digest: Digest }) =>
    builder
      .selectFrom("repository")
      .leftJoin("layer", (join) =>
        join
          .onRef("layer.account", "=", "repository.account")
          .onRef("layer.region", "=", "repository.region")
          .onRef("layer.repository", "=", "repository.id")
          .on("layer.digest", "=", key.digest),
      )
      .leftJoin("object", (join) =>
        join
          .onRef("object.account", "=", "repository.account")
          .onRef("object.region", "=", "repository.region")
          .onRef("object.id", "=", "layer.object"),
      )
      .select(repositoryColumns)
      .select(layerColumns)
      .select(objectColumns)
      .where("repository.account", "=", key.account)
      .where("repository.region", "=", key.region)
      .where("repository.name", "=", key.name),
);

const need = statement(({ builder }, key: LayerKey) =>
  builder
    .selectFrom("manifest_reference")
    .select("image")
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .where("kind", "in", ["config", "layer"])
    .limit(sql.lit(1)),
);

/** References to layers by images in one of the states. */
const referredIn = (
  { builder }: SqlDialect,
  key: RepositoryKey,
  states: readonly (Image["state"] | "TRASHED")[],
) =>
  builder
    .selectFrom("manifest_reference as reference")
    .innerJoin("image", (join) =>
      join
        .onRef("image.account", "=", "reference.account")
        .onRef("image.region", "=", "reference.region")
        .onRef("image.repository", "=", "reference.repository")
        .onRef("image.digest", "=", "reference.image"),
    )
    .select("reference.digest")
    .where("reference.account", "=", key.account)
    .where("reference.region", "=", key.region)
    .where("reference.repository", "=", key.repository)
    .where("reference.kind", "in", [sql.lit("config" as const), sql.lit("layer" as const)])
    .where(
      "image.state",
      "in",
      states.map((state) => sql.lit(state)),
    );

const reference = statement((dialect, key: LayerKey) =>
  referredIn(dialect, key, ["ACTIVE", "ARCHIVED", "ACTIVATING"])
    .where("reference.digest", "=", key.digest)
    .limit(sql.lit(1)),
);

/** Whether a reference says that it is to a layer that a runtime unpacks. */
const isOfFiles = (media: Expression<string>) =>
  sql<boolean>`(${sql.join(
    runnablePrefixes.map((prefix) => sql`${media} like ${sql.lit(`${prefix}%`)}`),
    sql` or `,
  )})`;

/** What is held back as a layer of files is given away as that alone: as such it is judged. */
const pullable = statement((dialect, key: LayerKey) =>
  referredIn(dialect, key, ["ACTIVE", "ARCHIVED", "ACTIVATING"])
    .where("reference.digest", "=", key.digest)
    .where("image.hold", "is", null)
    .where(({ and, or, not, exists, ref }) =>
      or([
        and([
          sql<boolean>`${ref("reference.kind")} = ${sql.lit("layer")}`,
          isOfFiles(ref("reference.media_type")),
        ]),
        not(exists(heldAsFiles(dialect, key))),
      ]),
    )
    .limit(sql.lit(1)),
);

const heldAsFiles = (dialect: SqlDialect, key: LayerKey) =>
  referredIn(dialect, key, ["ACTIVE", "ARCHIVED", "ACTIVATING", "TRASHED"])
    .where("reference.digest", "=", key.digest)
    .where("image.hold", "is not", null)
    .where(({ ref }) => isOfFiles(ref("reference.media_type")));

const holding = statement((dialect, key: LayerKey) =>
  referredIn(dialect, key, ["ACTIVE", "ARCHIVED", "ACTIVATING", "TRASHED"])
    .where("reference.digest", "=", key.digest)
    .where("image.hold", "is not", null)
    .limit(sql.lit(1)),
);

const archivedAmong = new ListStatement((dialect, key: RepositoryKey, digests) =>
  dialect.builder
    .selectFrom(
      referredIn(dialect, key, ["ARCHIVED", "ACTIVATING"])
        .where("reference.digest", "in", digests as readonly Digest[])
        .as("archived"),
    )
    .select("archived.digest")
    .where(({ exists, not }) =>
      not(
        exists(
          referredIn(dialect, key, ["ACTIVE"]).where(
            "reference.digest",
            "=",
            sql.ref<Digest>("archived.digest"),
          ),
        ),
      ),
    ),
);

const holders = statement(({ builder }, key: RegistryKey & { digest: Digest; limit: number }) =>
  builder
    .selectFrom("layer")
    .innerJoin("repository", (join) =>
      join
        .onRef("repository.account", "=", "layer.account")
        .onRef("repository.region", "=", "layer.region")
        .onRef("repository.id", "=", "layer.repository"),
    )
    .select(repositoryColumns)
    .where("layer.account", "=", key.account)
    .where("layer.region", "=", key.region)
    .where("layer.digest", "=", key.digest)
    .where("repository.name", "<", hiddenNames)
    .orderBy("layer.repository")
    .limit(key.limit),
);

const link = statement(
  (
    { builder },
    row: LayerKey & {
      object: ObjectId;
      sizeBytes: number;
      mediaType: string | null;
      linkedAt: number;
      leasedUntil: number;
    },
  ) =>
    builder
      .insertInto("layer")
      .values({
        ...ofRepository(row),
        digest: row.digest,
        object: row.object,
        size_bytes: row.sizeBytes,
        media_type: row.mediaType,
        linked_at: row.linkedAt,
        leased_until: row.leasedUntil,
      })
      .onConflict((conflict) =>
        conflict.columns(["account", "region", "repository", "digest"]).doNothing(),
      ),
);

const lease = statement(({ builder }, key: LayerKey & { until: number }) =>
  builder
    .updateTable("layer")
    .set({ leased_until: key.until })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .where("leased_until", "<", key.until),
);

const setMediaType = statement(({ builder }, key: LayerKey & { mediaType: string }) =>
  builder
    .updateTable("layer")
    .set({ media_type: key.mediaType })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

const relink = statement(({ builder }, key: LayerKey & { object: ObjectId }) =>
  builder
    .updateTable("layer")
    .set({ object: key.object })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

const unlink = statement(({ builder }, key: LayerKey) =>
  builder.deleteFrom("layer").where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);
