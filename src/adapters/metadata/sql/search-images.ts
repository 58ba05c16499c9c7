/** Queries over the images of a repository, whose SQL depends on what is asked for. */
import { type SqlBool, sql } from "kysely";
import type {
  FoundImage,
  ImageFilter,
  imageSorts,
  SearchPage,
} from "../../../ports/search-store.ts";
import { containerConfigTypes, mediaTypes } from "../../../registry/images/parse-manifest.ts";
import type { Digest, Tag } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import type { SqlDialect } from "./dialect.ts";
import { imageColumns, inTrash, toImage } from "./image-row.ts";
import { type RepositoryKey, repositoryKey, toRef } from "./keys.ts";
import { containing, pageAfter } from "./search-conditions.ts";
import type { SqlSession } from "./session.ts";
import { worstColumns } from "./worst-findings.ts";

type Page = SearchPage<(typeof imageSorts)[number], Digest>;

/** Digests of what indexes that are there list: those in the trash are few, and have an index of their own. */
const listed = ({ builder }: SqlDialect, key: RepositoryKey) =>
  builder
    .selectFrom("manifest_reference as listed")
    .select("listed.digest")
    .where("listed.account", "=", key.account)
    .where("listed.region", "=", key.region)
    .where("listed.repository", "=", key.repository)
    // Literal, so that the database sees that the index of children serves.
    .where("listed.kind", "=", sql.lit("child" as const))
    .where("listed.image", "not in", ({ selectFrom }) =>
      selectFrom("image as trashed")
        .select("trashed.digest")
        .where("trashed.account", "=", key.account)
        .where("trashed.region", "=", key.region)
        .where("trashed.repository", "=", key.repository)
        // The index is of these.
        .where("trashed.state", "<>", sql.lit("ACTIVE" as const))
        .where("trashed.state", "=", inTrash),
    );

/** Digests that cosign's tags say to be about an image that is there. Source: cosign, "Tag-based discovery". */
const attachedByTag = ({ builder }: SqlDialect, key: RepositoryKey) =>
  builder
    .selectFrom("tag")
    .innerJoin("image as about", (join) =>
      join
        .onRef("about.account", "=", "tag.account")
        .onRef("about.region", "=", "tag.region")
        .onRef("about.repository", "=", "tag.repository")
        .on("about.digest", "=", sql<Digest>`'sha256:' || substr(tag.tag, 8, 64)`),
    )
    .select("tag.digest")
    .where("tag.account", "=", key.account)
    .where("tag.region", "=", key.region)
    .where("tag.repository", "=", key.repository)
    .where("tag.tag", ">", sql.lit("sha256-" as Tag))
    .where("tag.tag", "<", sql.lit("sha256." as Tag))
    .where(sql<SqlBool>`substr(tag.tag, 72) in ('.sig', '.att', '.sbom')`)
    .where("about.state", "<>", inTrash);

function filtered(dialect: SqlDialect, key: RepositoryKey, type: ScanType, by: ImageFilter) {
  let query = dialect.builder
    .selectFrom("image")
    .where("image.account", "=", key.account)
    .where("image.region", "=", key.region)
    .where("image.repository", "=", key.repository)
    .where("image.state", "<>", inTrash)
    .where("image.digest", "not in", listed(dialect, key))
    .where("image.digest", "not in", attachedByTag(dialect, key))
    .where(({ exists, not, or, eb, selectFrom }) =>
      or([
        eb("image.subject", "is", null),
        not(
          exists(
            selectFrom("image as about")
              .select("about.digest")
              .whereRef("about.account", "=", "image.account")
              .whereRef("about.region", "=", "image.region")
              .whereRef("about.repository", "=", "image.repository")
              .whereRef("about.digest", "=", "image.subject")
              .where("about.state", "<>", inTrash),
          ),
        ),
      ]),
    );
  const { tagged, states, isHeld, kind, tagWord, digestPrefix, worstAtLeast } = by;
  if (tagged !== undefined) query = query.where("image.tag_count", tagged ? ">" : "=", sql.lit(0));
  if (states !== undefined) query = query.where("image.state", "in", states);
  if (isHeld !== undefined) query = query.where("image.hold", isHeld ? "is not" : "is", null);
  if (kind !== undefined) query = query.where(isOfKind(kind));
  if (digestPrefix !== undefined) {
    query = query.where("image.digest", ">=", digestPrefix as Digest);
    query = query.where("image.digest", "<", `${digestPrefix}~` as Digest);
  }
  if (tagWord !== undefined) {
    const named = dialect.builder
      .selectFrom("tag")
      .select("tag.digest")
      .where("tag.account", "=", key.account)
      .where("tag.region", "=", key.region)
      .where("tag.repository", "=", key.repository)
      .where(containing("tag.tag", tagWord));
    // Asked so, PostgreSQL reads the tags once. As a join it read them for each image where it held a
    // repository to have few.
    query = query.where(sql<SqlBool>`(image.digest in ${named}) is true`);
  }
  if (worstAtLeast === undefined) return query;
  // Of archived images nothing is told of what was found before. The conditions are those of an index.
  return query
    .where("image.state", "=", sql.lit("ACTIVE" as const))
    .where(`image.${worstColumns[type]}`, ">=", worstAtLeast) // First: SQLite begins there.
    .where(`image.${worstColumns[type]}`, ">", sql.lit(0));
}

function isOfKind(kind: NonNullable<ImageFilter["kind"]>) {
  const indexes = sql.join([mediaTypes.ociIndex, mediaTypes.dockerList]);
  const configs = sql.join([...containerConfigTypes]);
  const isIndex = sql<SqlBool>`image.media_type in (${indexes})`;
  const isImage = sql<SqlBool>`coalesce(image.config_media_type, '') in (${configs})`;
  if (kind === "INDEX") return isIndex;
  if (kind === "IMAGE") return sql<SqlBool>`(not ${isIndex} and ${isImage})`;
  return sql<SqlBool>`(not ${isIndex} and not ${isImage})`;
}

function sortValue(type: ScanType, sort: Page["sort"]) {
  if (sort === "PUSHED") return sql<number>`image.pushed_at`;
  if (sort === "PULLED") return sql<number>`coalesce(image.pulled_at, 0)`;
  if (sort === "SIZE") return sql<number>`image.size_bytes`;
  return sql<number>`(case when image.state = 'ACTIVE' then ${sql.ref(`image.${worstColumns[type]}`)} else 0 end)`;
}

export async function searchImages(
  session: SqlSession,
  repository: RepositoryRef,
  type: ScanType,
  filter: ImageFilter,
  page: Page,
): Promise<FoundImage[]> {
  const rows = await session.query((dialect) => {
    const value = sortValue(type, page.sort);
    const query = filtered(dialect, repositoryKey(repository), type, filter)
      .select(imageColumns)
      .select("image.tag_count")
      .select(value.as("sort_value"))
      .limit(page.limit);
    return pageAfter(query, value, sql.ref("image.digest"), page);
  });
  const ref = toRef(repository);
  return rows.map((row) => ({
    image: toImage(row, ref),
    tagCount: row.tag_count,
    position: { value: Number(row.sort_value), key: row.image_digest },
  }));
}

export async function countImages(
  session: SqlSession,
  repository: RepositoryRef,
  type: ScanType,
  filter: ImageFilter,
): Promise<number> {
  const [row] = await session.query((dialect) =>
    filtered(dialect, repositoryKey(repository), type, filter).select(({ fn }) =>
      fn.countAll<number>().as("found"),
    ),
  );
  return Number(row?.found ?? 0);
}
