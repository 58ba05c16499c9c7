import { sql } from "kysely";
import type {
  FoldedChild,
  FoldedReferrers,
  ImageContent,
  SearchReads,
} from "../../../ports/search-store.ts";
import type { Digest, Tag } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import { imageAges } from "./image-census.ts";
import { inTrash } from "./image-row.ts";
import { ofRepository, type RepositoryKey, repositoryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import { imagesEndingIn, tagsOnceOf } from "./search-bases.ts";
import { countImages, searchImages } from "./search-images.ts";
import {
  digestsBeginning,
  repositoriesNamed,
  tagsBeginning,
  tagsOfBeginning,
} from "./search-names.ts";
import { searchNamespaces } from "./search-namespaces.ts";
import { countRepositories, searchRepositories } from "./search-repositories.ts";
import { registryCounts, repositoryBytes, scanCounts } from "./search-sums.ts";
import type { SqlSession } from "./session.ts";

export class SqlSearch implements SearchReads {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  repositories(...asked: Parameters<SearchReads["repositories"]>) {
    return searchRepositories(this.#session, ...asked);
  }

  countRepositories(...asked: Parameters<SearchReads["countRepositories"]>) {
    return countRepositories(this.#session, ...asked);
  }

  namespaces(...asked: Parameters<SearchReads["namespaces"]>) {
    return searchNamespaces(this.#session, ...asked);
  }

  images(...asked: Parameters<SearchReads["images"]>) {
    return searchImages(this.#session, ...asked);
  }

  countImages(...asked: Parameters<SearchReads["countImages"]>) {
    return countImages(this.#session, ...asked);
  }

  async children(
    repository: RepositoryRef,
    parents: readonly Digest[],
    limit: number,
  ): Promise<FoldedChild[]> {
    const key = { ...repositoryKey(repository), limit };
    const rows = await children.all(this.#session, key, parents);
    return rows.map(({ parent, digest, size, manifest }) => ({
      ...{ parent, digest, sizeBytes: size, manifestBytes: manifest },
    }));
  }

  contents(repository: RepositoryRef, images: readonly Digest[]): Promise<ImageContent[]> {
    return contents.all(this.#session, repositoryKey(repository), images);
  }

  async contentUses(
    repository: RepositoryRef,
    layers: readonly Digest[],
    most: number,
  ): Promise<ReadonlyMap<Digest, number>> {
    const key = { ...repositoryKey(repository), limit: most + repeatedLayers };
    const rows = await contentUses.all(this.#session, key, layers);
    return new Map(rows.map(({ digest, uses }) => [digest, Number(uses)]));
  }

  async referrers(
    repository: RepositoryRef,
    subjects: readonly Digest[],
  ): Promise<FoldedReferrers[]> {
    const rows = await referrers.all(this.#session, repositoryKey(repository), subjects);
    return rows.map(({ subject, type, found }) => ({
      ...{ subject: subject as Digest, artifactType: type ?? undefined, count: Number(found) },
    }));
  }

  tags(repository: RepositoryRef, digests: readonly Digest[], limit: number) {
    return tags.all(this.#session, { ...repositoryKey(repository), limit }, digests);
  }

  async tagsAmong(repository: RepositoryRef, wanted: readonly Tag[]): Promise<Tag[]> {
    const rows = await tagsAmong.all(this.#session, repositoryKey(repository), wanted);
    return rows.map(({ tag }) => tag);
  }

  repositoriesNamed(...asked: Parameters<SearchReads["repositoriesNamed"]>) {
    return repositoriesNamed(this.#session, ...asked);
  }

  imagesEndingIn(...asked: Parameters<SearchReads["imagesEndingIn"]>) {
    return imagesEndingIn(this.#session, ...asked);
  }

  tagsOnceOf(...asked: Parameters<SearchReads["tagsOnceOf"]>) {
    return tagsOnceOf(this.#session, ...asked);
  }

  tagsBeginning(...asked: Parameters<SearchReads["tagsBeginning"]>) {
    return tagsBeginning(this.#session, ...asked);
  }

  tagsOfBeginning(...asked: Parameters<SearchReads["tagsOfBeginning"]>) {
    return tagsOfBeginning(this.#session, ...asked);
  }

  digestsBeginning(...asked: Parameters<SearchReads["digestsBeginning"]>) {
    return digestsBeginning(this.#session, ...asked);
  }

  registryCounts(...asked: Parameters<SearchReads["registryCounts"]>) {
    return registryCounts(this.#session, ...asked);
  }

  scanCounts(...asked: Parameters<SearchReads["scanCounts"]>) {
    return scanCounts(this.#session, ...asked);
  }

  imageAges(...asked: Parameters<SearchReads["imageAges"]>) {
    return imageAges(this.#session, ...asked);
  }

  repositoryBytes(...asked: Parameters<SearchReads["repositoryBytes"]>) {
    return repositoryBytes(this.#session, ...asked);
  }
}

type Limited = RepositoryKey & { readonly limit: number };

const children = new ListStatement(({ builder }, key: Limited, parents) =>
  builder
    .selectFrom("manifest_reference as listed")
    .innerJoin("image", (join) =>
      join
        .onRef("image.account", "=", "listed.account")
        .onRef("image.region", "=", "listed.region")
        .onRef("image.repository", "=", "listed.repository")
        .onRef("image.digest", "=", "listed.digest"),
    )
    .select([
      "listed.image as parent",
      "listed.digest",
      "image.size_bytes as size",
      "image.manifest_bytes as manifest",
    ])
    .where("listed.account", "=", key.account)
    .where("listed.region", "=", key.region)
    .where("listed.repository", "=", key.repository)
    .where("listed.image", "in", parents as Digest[])
    .where("listed.kind", "=", sql.lit("child" as const))
    .where("listed.position", "<", key.limit)
    .orderBy("listed.image")
    .orderBy("listed.position"),
);

const contents = new ListStatement(({ builder }, key: RepositoryKey, images) =>
  builder
    .selectFrom("manifest_reference")
    .select(["image", "digest"])
    .distinct()
    .where((row) => row.and(ofRepository(key)))
    .where("image", "in", images as Digest[])
    .where("kind", "in", [sql.lit("config" as const), sql.lit("layer" as const)]),
);

/** How often a layer may be in one image, and still be told apart from one that many use. */
const repeatedLayers = 64;

const contentUses = new ListStatement(({ builder }, key: Limited, layers) => {
  const users = builder
    .selectFrom("manifest_reference as reference")
    .innerJoin("image", (join) =>
      join
        .onRef("image.account", "=", "reference.account")
        .onRef("image.region", "=", "reference.region")
        .onRef("image.repository", "=", "reference.repository")
        .onRef("image.digest", "=", "reference.image")
        .on("image.state", "<>", inTrash),
    )
    .select("reference.image")
    .where("reference.account", "=", key.account)
    .where("reference.region", "=", key.region)
    .where("reference.repository", "=", key.repository)
    .where("reference.digest", "=", sql.ref<Digest>("layer.digest"))
    // Configs and layers, as a range: in the order of the index, so that no database reads on.
    .where("reference.kind", ">=", sql.lit("config" as const))
    .where("reference.kind", "<=", sql.lit("layer" as const))
    .orderBy("reference.kind")
    .orderBy("reference.image")
    .limit(key.limit);
  // An image may have a layer several times: where that takes all the room, many are said to use it.
  const counted = builder
    .selectFrom(users.as("used"))
    .select(
      sql<number>`case when count(*) < ${key.limit} then count(distinct used.image) else ${key.limit} end`.as(
        "uses",
      ),
    );
  return builder
    .selectFrom("layer")
    .select(["layer.digest", sql<number>`${counted}`.as("uses")])
    .where((row) => row.and(ofRepository(key)))
    .where("layer.digest", "in", layers as Digest[]);
});

// OCI 1.1, "Listing Referrers": without an artifact type, the media type of the config counts.
const referrers = new ListStatement(({ builder }, key: RepositoryKey, subjects) =>
  builder
    .selectFrom("image")
    .select("subject")
    .select(sql<string | null>`coalesce(artifact_type, config_media_type)`.as("type"))
    .select(({ fn }) => fn.countAll<number>().as("found"))
    .where((row) => row.and(ofRepository(key)))
    .where("subject", "in", subjects as Digest[])
    .where("state", "<>", inTrash)
    .groupBy(["subject", sql`coalesce(artifact_type, config_media_type)`])
    .orderBy("subject")
    .orderBy("type"),
);

const tags = new ListStatement(({ builder }, key: Limited, digests) =>
  builder
    .selectFrom(
      builder
        .selectFrom("tag")
        .select(["digest", "tag"])
        .select(
          sql<number>`row_number() over (partition by digest order by moved_at desc, tag)`.as(
            "place",
          ),
        )
        .where((row) => row.and(ofRepository(key)))
        .where("digest", "in", digests as Digest[])
        .as("placed"),
    )
    .select(["placed.digest", "placed.tag"])
    .where("placed.place", "<=", key.limit)
    .orderBy("placed.digest")
    .orderBy("placed.place"),
);

const tagsAmong = new ListStatement(({ builder }, key: RepositoryKey, wanted) =>
  builder
    .selectFrom("tag")
    .select("tag")
    .where((row) => row.and(ofRepository(key)))
    .where("tag", "in", wanted as Tag[]),
);
