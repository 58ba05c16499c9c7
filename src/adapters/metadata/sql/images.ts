import { sql } from "kysely";
import type {
  ImageReads,
  ImageWrites,
  ObjectLink,
  PageRequest,
  ResolvedImage,
} from "../../../ports/metadata-store.ts";
import type { Image, ImageReference, ImageWithTags } from "../../../registry/images/image.ts";
import type { Digest, ObjectId, Registry, RepositoryName, Tag } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { SqlDialect } from "./dialect.ts";
import { hasImage, type ImageRow, imageColumns, toImage } from "./image-row.ts";
import {
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  repositoryKey,
  toRef,
} from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import { repositoryColumns, toRepository } from "./repository-row.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

type ListFilter = { tagged?: boolean | undefined; state?: Image["state"] | undefined };

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
    return { repository, image: hasImage(row) ? toImage(row, toRef(repository)) : undefined };
  }

  async find(repository: RepositoryRef, digest: Digest): Promise<Image | undefined> {
    const row = await this.#session.first(find, { ...repositoryKey(repository), digest });
    return row && toImage(row, toRef(repository));
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

  async parents(repository: RepositoryRef, digest: Digest, limit: number): Promise<Digest[]> {
    const key = repositoryKey(repository);
    const rows = await this.#session.all(parents, { ...key, digest, limit });
    return rows.map((row) => row.image);
  }

  async referrers(
    repository: RepositoryRef,
    subject: Digest,
    page: PageRequest<Digest>,
    filter: { artifactTypes?: readonly string[] | undefined } = {},
  ): Promise<Image[]> {
    const key = repositoryKey(repository);
    const types = filter.artifactTypes;
    const rows = await this.#session.query((dialect) =>
      referrersQuery(dialect, key, subject, page, types),
    );
    const ref = toRef(repository);
    return rows.map((row) => toImage(row, ref));
  }

  async insert(image: Image, references: readonly ImageReference[]): Promise<void> {
    const key = repositoryKey(image.repository);
    const row = this.#session.command(insert, {
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
    });
    await this.#session.allLater([
      row,
      ...references.map(({ kind, digest, mediaType, sizeBytes }, position) =>
        this.#session.command(insertReference, {
          ...key,
          image: image.digest,
          position,
          kind,
          digest,
          mediaType,
          sizeBytes,
        }),
      ),
    ]);
  }

  async remove(repository: RepositoryRef, digest: Digest): Promise<void> {
    const key = { ...repositoryKey(repository), digest };
    await this.#session.allLater([
      this.#session.command(removeReferences, key),
      this.#session.command(remove, key),
    ]);
  }

  async setPulledAt(repository: RepositoryRef, digest: Digest, at: number): Promise<void> {
    await this.#session.later(setPulledAt, { ...repositoryKey(repository), digest, at });
  }

  async relink(repository: RepositoryRef, digest: Digest, object: ObjectId): Promise<void> {
    await this.#session.later(relink, { ...repositoryKey(repository), digest, object });
  }
}

/** From one row for each tag of an image (or one without a tag), sorted by both. */
function withTags(
  rows: readonly (ImageRow & { tag: Tag | null })[],
  repository: RepositoryRef,
): ImageWithTags[] {
  const images: ImageWithTags[] = [];
  let tags: Tag[] = [];
  for (const row of rows) {
    if (images.at(-1)?.digest !== row.image_digest) {
      tags = [];
      images.push({ ...toImage(row, repository), tags });
    }
    if (row.tag !== null) tags.push(row.tag);
  }
  return images;
}

type NameKey = RegistryKey & { readonly name: RepositoryName };
type ImageKey = RepositoryKey & { readonly digest: Digest };

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
        .onRef("image.digest", "=", "tag.digest"),
    )
    .select(repositoryColumns)
    .select(imageColumns)
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
        .on("image.digest", "=", key.digest),
    )
    .select(repositoryColumns)
    .select(imageColumns)
    .where("repository.account", "=", key.account)
    .where("repository.region", "=", key.region)
    .where("repository.name", "=", key.name),
);

const find = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image")
    .select(imageColumns)
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

/** Sorts before every digest. */
const beforeAll = "" as Digest;

function listQuery(
  { builder }: SqlDialect,
  key: RepositoryKey,
  page: PageRequest<Digest>,
  filter: ListFilter,
) {
  let images = builder
    .selectFrom("image")
    .selectAll()
    .where((row) => row.and(ofRepository(key)))
    .where("digest", ">", page.after ?? beforeAll)
    .orderBy("digest")
    .limit(page.limit);
  // Literal, so that the database sees that the index of untagged images serves.
  if (filter.tagged === false) images = images.where("tag_count", "=", sql.lit(0));
  if (filter.tagged === true) images = images.where("tag_count", ">", sql.lit(0));
  if (filter.state !== undefined) images = images.where("state", "=", filter.state);
  return builder
    .selectFrom(images.as("image"))
    .leftJoin("tag", (join) =>
      join
        .onRef("tag.account", "=", "image.account")
        .onRef("tag.region", "=", "image.region")
        .onRef("tag.repository", "=", "image.repository")
        .onRef("tag.digest", "=", "image.digest"),
    )
    .select(imageColumns)
    .select("tag.tag")
    .orderBy("image.digest")
    .orderBy("tag.tag");
}

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

const parents = statement(({ builder }, key: ImageKey & { limit: number }) =>
  builder
    .selectFrom("manifest_reference")
    .select("image")
    .distinct()
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest, kind: "child" }))
    .orderBy("image")
    .limit(key.limit),
);

function referrersQuery(
  { builder }: SqlDialect,
  key: RepositoryKey,
  subject: Digest,
  page: PageRequest<Digest>,
  artifactTypes: readonly string[] | undefined,
) {
  const query = builder
    .selectFrom("image")
    .select(imageColumns)
    .where((row) => row.and({ ...ofRepository(key), subject }))
    .where("digest", ">", page.after ?? beforeAll)
    .orderBy("digest")
    .limit(page.limit);
  if (artifactTypes === undefined) return query;
  // OCI 1.1, "Listing Referrers": without an artifact type, the media type of the config counts.
  return query.where(
    ({ fn }) => fn.coalesce("artifact_type", "config_media_type"),
    "in",
    artifactTypes,
  );
}

const insert = statement(
  (
    { builder },
    row: ImageKey & {
      mediaType: string;
      artifactType: string | null;
      configMediaType: string | null;
      manifestBytes: number;
      sizeBytes: number;
      subject: Digest | null;
      pushedAt: number;
      pulledAt: number | null;
      state: Image["state"];
      object: ObjectId;
      archivedAt: number | null;
      activatedAt: number | null;
    },
  ) =>
    builder.insertInto("image").values({
      ...ofRepository(row),
      digest: row.digest,
      media_type: row.mediaType,
      artifact_type: row.artifactType,
      config_media_type: row.configMediaType,
      manifest_bytes: row.manifestBytes,
      size_bytes: row.sizeBytes,
      subject: row.subject,
      pushed_at: row.pushedAt,
      pulled_at: row.pulledAt,
      state: row.state,
      object: row.object,
      archived_at: row.archivedAt,
      activated_at: row.activatedAt,
      tag_count: 0,
    }),
);

const insertReference = statement(
  (
    { builder },
    row: RepositoryKey & {
      image: Digest;
      position: number;
      kind: ImageReference["kind"];
      digest: Digest;
      mediaType: string;
      sizeBytes: number;
    },
  ) =>
    builder.insertInto("manifest_reference").values({
      ...ofRepository(row),
      image: row.image,
      position: row.position,
      kind: row.kind,
      digest: row.digest,
      media_type: row.mediaType,
      size_bytes: row.sizeBytes,
    }),
);

const removeReferences = statement(({ builder }, key: ImageKey) =>
  builder
    .deleteFrom("manifest_reference")
    .where((row) => row.and({ ...ofRepository(key), image: key.digest })),
);

const remove = statement(({ builder }, key: ImageKey) =>
  builder.deleteFrom("image").where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

const setPulledAt = statement(({ builder }, key: ImageKey & { at: number }) =>
  builder
    .updateTable("image")
    .set({ pulled_at: key.at })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .where((row) => row.or([row("pulled_at", "is", null), row("pulled_at", "<", key.at)])),
);

const relink = statement(({ builder }, key: ImageKey & { object: ObjectId }) =>
  builder
    .updateTable("image")
    .set({ object: key.object })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);
