import { sql } from "kysely";
import type {
  ImageReads,
  ImageWrites,
  ObjectLink,
  PageRequest,
  ResolvedImage,
  StateChange,
} from "../../../ports/metadata-store.ts";
import type { Image, ImageReference, ImageWithTags } from "../../../registry/images/image.ts";
import type {
  AccountId,
  Digest,
  ObjectId,
  Region,
  Registry,
  RepositoryName,
  Tag,
} from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { SqlDialect } from "./dialect.ts";
import {
  beforeAll,
  type ListFilter,
  listQuery,
  type ReferrersFilter,
  referrersQuery,
  withTags,
} from "./image-listings.ts";
import { hasImage, imageColumns, inTrash, toImage } from "./image-row.ts";
import {
  type ImageKey,
  insertImage,
  insertReference,
  notePush,
  relinkImage,
  removeImage,
  removeReferences,
  setAliveAt,
  setPulledAt,
  setState,
} from "./image-statements.ts";
import {
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  repositoryKey,
  toRef,
} from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import { removeReplications } from "./replication-statements.ts";
import { repositoryColumns, toRepository } from "./repository-row.ts";
import { removeScans } from "./scans.ts";
import type { SqlSession } from "./session.ts";
import { removeSignings } from "./signings.ts";
import { statement } from "./statement.ts";
import { afterListing, afterRemoval, ratedRepository } from "./worst-findings.ts";

export class SqlImages implements ImageReads, ImageWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async resolve(
    registry: Registry,
    name: RepositoryName,
    reference: { tag: Tag } | { digest: Digest },
  ): Promise<ResolvedImage | undefined> {
    const { account, region } = registry;
    const row =
      "tag" in reference
        ? await this.#session.first(resolveTag, { account, region, name, tag: reference.tag })
        : await this.#session.first(resolveDigest, {
            account,
            region,
            name,
            digest: reference.digest,
          });
    if (row === undefined) return undefined;
    const repository = toRepository(row, registry);
    const image = hasImage(row) ? toImage(row, toRef(repository)) : undefined;
    return "fresh_until" in row && typeof row.fresh_until === "number"
      ? { repository, image, freshUntil: row.fresh_until }
      : { repository, image };
  }

  async find(repository: RepositoryRef, digest: Digest): Promise<Image | undefined> {
    const found = await this.findStored(repository, digest);
    return found?.isTrashed === false ? found.image : undefined;
  }

  async findStored(
    repository: RepositoryRef,
    digest: Digest,
  ): Promise<{ image: Image; isTrashed: boolean } | undefined> {
    const row = await this.#session.first(findStored, { ...repositoryKey(repository), digest });
    if (row === undefined) return undefined;
    return { image: toImage(row, toRef(repository)), isTrashed: row.image_state === "TRASHED" };
  }

  async list(
    repository: RepositoryRef,
    page: PageRequest<Digest>,
    filter: ListFilter = {},
  ): Promise<ImageWithTags[]> {
    const key = repositoryKey(repository);
    const rows = await this.#session.query((dialect) => listQuery(dialect, key, page, filter));
    return withTags(rows, toRef(repository));
  }

  links(repository: RepositoryRef, page: PageRequest<Digest>): Promise<ObjectLink[]> {
    const { after = beforeAll, limit } = page;
    return this.#session.all(links, { ...repositoryKey(repository), after, limit });
  }

  linksOf(repository: RepositoryRef, digests: readonly Digest[]): Promise<ObjectLink[]> {
    return linksOf.all(this.#session, repositoryKey(repository), digests);
  }

  async references(repository: RepositoryRef, digest: Digest): Promise<ImageReference[]> {
    const rows = await this.#session.all(references, { ...repositoryKey(repository), digest });
    return rows.map((row) => ({
      kind: row.kind,
      digest: row.digest,
      mediaType: row.media_type,
      sizeBytes: row.size_bytes,
    }));
  }

  async parents(
    repository: RepositoryRef,
    digest: Digest,
    limit: number,
    after = "" as Digest,
  ): Promise<Digest[]> {
    const key = repositoryKey(repository);
    const rows = await this.#session.all(parents, { ...key, digest, limit, after });
    return rows.map((row) => row.image);
  }

  async listedParents(repository: RepositoryRef, digest: Digest, limit: number): Promise<Digest[]> {
    const key = repositoryKey(repository);
    const rows = await this.#session.all(listedParents, { ...key, digest, limit });
    return rows.map((row) => row.image);
  }

  async hasActiveParent(repository: RepositoryRef, digest: Digest): Promise<boolean> {
    const key = { ...repositoryKey(repository), digest };
    return (await this.#session.first(activeParent, key)) !== undefined;
  }

  async referrers(
    repository: RepositoryRef,
    subject: Digest,
    page: PageRequest<Digest>,
    filter: ReferrersFilter = {},
  ): Promise<Image[]> {
    const key = repositoryKey(repository);
    const rows = await this.#session.query((dialect) =>
      referrersQuery(dialect, key, subject, page, filter),
    );
    const ref = toRef(repository);
    return rows.map((row) => toImage(row, ref));
  }

  async insert(
    image: Image,
    references: readonly ImageReference[],
    pushers: readonly string[] = [],
  ): Promise<void> {
    const key = repositoryKey(image.repository);
    const row = this.#session.command(insertImage, {
      ...key,
      digest: image.digest,
      mediaType: image.mediaType,
      artifactType: image.artifactType ?? null,
      configMediaType: image.configMediaType ?? null,
      manifestBytes: image.manifestBytes,
      sizeBytes: image.sizeBytes,
      subject: image.subject ?? null,
      pushedAt: image.pushedAt,
      pulledAt: image.pulledAt ?? null,
      state: image.state,
      object: image.object,
      archivedAt: image.archivedAt ?? null,
      activatedAt: image.activatedAt ?? null,
      aliveAt: image.aliveAt ?? null,
      hold: image.hold ?? null,
      pushers: pushers.length === 0 ? null : JSON.stringify(pushers),
    });
    await this.#session.allLater([
      row,
      this.#session.command(notePush, { ...key, pushedAt: image.pushedAt }),
      ...this.#references(image.repository, image.digest, references, 0),
    ]);
  }

  async addReferences(
    repository: RepositoryRef,
    digest: Digest,
    references: readonly ImageReference[],
    position: number,
  ): Promise<void> {
    await this.#session.allLater(this.#references(repository, digest, references, position));
  }

  #references(
    repository: RepositoryRef,
    image: Digest,
    references: readonly ImageReference[],
    first: number,
  ) {
    const key = repositoryKey(repository);
    const rows = references.map(({ kind, digest, mediaType, sizeBytes }, index) =>
      this.#session.command(insertReference, {
        ...{ ...key, image, position: first + index },
        ...{ kind, digest, mediaType, sizeBytes },
      }),
    );
    if (references.every(({ kind }) => kind !== "child")) return rows;
    return [...rows, ...afterListing(this.#session, { ...key, digest: image })];
  }

  async remove(repository: RepositoryRef, digest: Digest): Promise<void> {
    const key = { ...repositoryKey(repository), digest };
    await this.#session.allLater([
      this.#session.command(removeReferences, key),
      ...removeScans.map((each) => this.#session.command(each, key)),
      this.#session.command(removeReplications, key),
      this.#session.command(removeSignings, key),
      this.#session.command(removeImage, key),
      ...afterRemoval(this.#session, key),
    ]);
  }

  async setPulledAt(repository: RepositoryRef, digest: Digest, at: number): Promise<boolean> {
    const key = { ...repositoryKey(repository), digest, at };
    return (await this.#session.change(setPulledAt, key)) > 0;
  }

  async setAliveAt(repository: RepositoryRef, digest: Digest, at: number): Promise<void> {
    await this.#session.later(setAliveAt, { ...repositoryKey(repository), digest, at });
  }

  async setState(repository: RepositoryRef, digest: Digest, to: StateChange): Promise<void> {
    const key = repositoryKey(repository);
    await this.#session.allLater([
      this.#session.command(setState, {
        ...key,
        digest,
        state: to.state,
        archivedAt: to.archivedAt ?? null,
        activatedAt: to.activatedAt ?? null,
      }),
      this.#session.command(ratedRepository, key),
    ]);
  }

  async relink(repository: RepositoryRef, digest: Digest, object: ObjectId): Promise<void> {
    await this.#session.later(relinkImage, { ...repositoryKey(repository), digest, object });
  }
}

type NameKey = RegistryKey & { readonly name: RepositoryName };

const resolveTag = statement(({ builder }, key: NameKey & { tag: Tag }) =>
  builder
    .selectFrom("repository")
    .leftJoin("tag", (join) =>
      join
        .onRef("tag.account", "=", "repository.account")
        .onRef("tag.region", "=", "repository.region")
        .onRef("tag.repository", "=", "repository.id")
        .on("tag.tag", "=", key.tag),
    )
    .leftJoin("image", (join) =>
      join
        .onRef("image.account", "=", "repository.account")
        .onRef("image.region", "=", "repository.region")
        .onRef("image.repository", "=", "repository.id")
        .onRef("image.digest", "=", "tag.digest")
        .on("image.state", "<>", inTrash),
    )
    .select(repositoryColumns)
    .select(imageColumns)
    .select("tag.fresh_until")
    .where("repository.account", "=", key.account)
    .where("repository.region", "=", key.region)
    .where("repository.name", "=", key.name),
);

const resolveDigest = statement(({ builder }, key: NameKey & { digest: Digest }) =>
  builder
    .selectFrom("repository")
    .leftJoin("image", (join) =>
      join
        .onRef("image.account", "=", "repository.account")
        .onRef("image.region", "=", "repository.region")
        .onRef("image.repository", "=", "repository.id")
        .on("image.digest", "=", key.digest)
        .on("image.state", "<>", inTrash),
    )
    .select(repositoryColumns)
    .select(imageColumns)
    .where("repository.account", "=", key.account)
    .where("repository.region", "=", key.region)
    .where("repository.name", "=", key.name),
);

const findStored = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image")
    .select(imageColumns)
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

const active = sql.lit("ACTIVE" as const);
const activating = sql.lit("ACTIVATING" as const);

const links = statement(({ builder }, page: RepositoryKey & { after: Digest; limit: number }) =>
  builder
    .selectFrom("image")
    .select(["digest", "object"])
    .where((row) => row.and(ofRepository(page)))
    .where("digest", ">", page.after)
    .orderBy("digest")
    .limit(page.limit),
);

const linksOf = new ListStatement(({ builder }, key: RepositoryKey, digests) =>
  builder
    .selectFrom("image")
    .select(["digest", "object"])
    .where((row) => row.and(ofRepository(key)))
    .where("digest", "in", digests as readonly Digest[]),
);

const references = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("manifest_reference")
    .select(["kind", "digest", "media_type", "size_bytes"])
    .where((row) => row.and({ ...ofRepository(key), image: key.digest }))
    .orderBy("position"),
);

const referring = ({ builder }: SqlDialect, key: ImageKey) =>
  builder
    .selectFrom("manifest_reference as reference")
    .select("reference.image")
    .where("reference.account", "=", key.account)
    .where("reference.region", "=", key.region)
    .where("reference.repository", "=", key.repository)
    .where("reference.digest", "=", key.digest)
    .where("reference.kind", "=", "child");

/** The image that a reference is of. */
const referringImage = ({ builder }: SqlDialect) =>
  builder
    .selectFrom("image")
    .select("image.digest")
    .where("image.account", "=", sql.ref<AccountId>("reference.account"))
    .where("image.region", "=", sql.ref<Region>("reference.region"))
    .where("image.repository", "=", sql.ref<string>("reference.repository"))
    .where("image.digest", "=", sql.ref<Digest>("reference.image"));

const parents = statement((dialect, key: ImageKey & { limit: number; after: Digest }) =>
  referring(dialect, key)
    .distinct()
    .where("reference.image", ">", key.after)
    .where(({ exists }) => exists(referringImage(dialect).where("image.state", "<>", inTrash)))
    .orderBy("reference.image")
    .limit(key.limit),
);

const listedParents = statement((dialect, key: ImageKey & { limit: number }) =>
  referring(dialect, key)
    .distinct()
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom("manifest_reference as outer")
          .select("outer.image")
          .where("outer.account", "=", key.account)
          .where("outer.region", "=", key.region)
          .where("outer.repository", "=", key.repository)
          .where("outer.digest", "=", sql.ref<Digest>("reference.image"))
          .where("outer.kind", "=", "child"),
      ),
    )
    .limit(key.limit),
);

const activeParent = statement((dialect, key: ImageKey) =>
  referring(dialect, key)
    .where(({ exists }) =>
      exists(referringImage(dialect).where("image.state", "in", [active, activating])),
    )
    .limit(sql.lit(1)),
);
