/** Listings of images, whose SQL depends on what is asked for. */
import { sql } from "kysely";
import type { PageRequest } from "../../../ports/metadata-store.ts";
import type { Image, ImageWithTags } from "../../../registry/images/image.ts";
import type { Digest, Tag } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { SqlDialect } from "./dialect.ts";
import { type ImageRow, imageColumns, inTrash, toImage } from "./image-row.ts";
import { ofRepository, type RepositoryKey } from "./keys.ts";

export type ReferrersFilter = {
  artifactTypes?: readonly string[] | undefined;
  states?: readonly Image["state"][] | undefined;
};
export type ListFilter = {
  tagged?: boolean | undefined;
  states?: readonly Image["state"][] | undefined;
};

/** From one row for each tag of an image (or one without a tag), sorted by both. */
export function withTags(
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

/** Sorts before every digest. */
export const beforeAll = "" as Digest;

export function listQuery(
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
  images =
    filter.states === undefined
      ? images.where("state", "<>", inTrash)
      : images.where("state", "in", filter.states);
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

export function referrersQuery(
  { builder }: SqlDialect,
  key: RepositoryKey,
  subject: Digest,
  page: PageRequest<Digest>,
  { artifactTypes, states }: ReferrersFilter,
) {
  let query = builder
    .selectFrom("image")
    .select(imageColumns)
    .where((row) => row.and({ ...ofRepository(key), subject }))
    .where("digest", ">", page.after ?? beforeAll)
    .orderBy("digest")
    .limit(page.limit);
  query =
    states === undefined ? query.where("state", "<>", inTrash) : query.where("state", "in", states);
  if (artifactTypes === undefined) return query;
  // OCI 1.1, "Listing Referrers": without an artifact type, the media type of the config counts.
  return query.where(
    ({ fn }) => fn.coalesce("artifact_type", "config_media_type"),
    "in",
    artifactTypes,
  );
}
