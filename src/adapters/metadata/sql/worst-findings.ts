/**
 * The worst that scans found, kept beside what lists are sorted and filtered by: of an image what was found
 * in it and in what it lists, of a repository the worst of its images that can be pulled. Who
 * changes what it follows from holds the lock of the repository.
 */
import { type SqlBool, sql } from "kysely";
import type { AccountId, Digest, Region } from "../../../registry/names.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, ofRepository, type RepositoryKey } from "./keys.ts";
import { lockCounters } from "./repository-counters.ts";
import type { SqlSession } from "./session.ts";
import { type SqlCommand, statement } from "./statement.ts";

/** The column of images and repositories for each type of scan. */
export const worstColumns = { BASIC: "worst_basic", ENHANCED: "worst_enhanced" } as const;

type ImageKey = RepositoryKey & { readonly digest: Digest };

/** What keeps a scan of the image, with what goes before it and after it. */
export function withScan(session: SqlSession, key: ImageKey, keeping: SqlCommand[]): SqlCommand[] {
  const before = session.locksRows ? [session.command(lockCounters, key)] : [];
  return [...before, ...keeping, session.command(ratedImage, key), ...afterRemoval(session, key)];
}

/** For after an image has got what it lists. */
export function afterListing(session: SqlSession, key: ImageKey): SqlCommand[] {
  return [session.command(ratedImage, key), session.command(ratedRepository, key)];
}

/** For after an image was removed with its scans. */
export function afterRemoval(session: SqlSession, key: ImageKey): SqlCommand[] {
  return [session.command(ratedParents, key), session.command(ratedRepository, key)];
}

/** Of images of the `image` table that a statement is about. */
const ofImage = ({ builder }: SqlDialect, type: ScanType) => {
  const own = builder
    .selectFrom("image_scan")
    .select("image_scan.worst")
    .where("image_scan.account", "=", sql.ref<AccountId>("image.account"))
    .where("image_scan.region", "=", sql.ref<Region>("image.region"))
    .where("image_scan.repository", "=", sql.ref<string>("image.repository"))
    .where("image_scan.digest", "=", sql.ref<Digest>("image.digest"))
    .where("image_scan.type", "=", sql.lit(type));
  const listed = builder
    .selectFrom("manifest_reference as listed")
    .innerJoin("image_scan", (join) =>
      join
        .onRef("image_scan.account", "=", "listed.account")
        .onRef("image_scan.region", "=", "listed.region")
        .onRef("image_scan.repository", "=", "listed.repository")
        .onRef("image_scan.digest", "=", "listed.digest")
        .on("image_scan.type", "=", sql.lit(type)),
    )
    .select("image_scan.worst")
    .where("listed.account", "=", sql.ref<AccountId>("image.account"))
    .where("listed.region", "=", sql.ref<Region>("image.region"))
    .where("listed.repository", "=", sql.ref<string>("image.repository"))
    .where("listed.image", "=", sql.ref<Digest>("image.digest"))
    .where("listed.kind", "=", sql.lit("child" as const));
  const worst = builder
    .selectFrom(own.unionAll(listed).as("found"))
    .select(({ fn }) => fn.max<number>("found.worst").as("worst"));
  return sql<number>`coalesce(${worst}, 0)`;
};

/** Of rows of the `repository` table. The conditions are those of an index, whose last entry it is. */
const ofItsImages = ({ builder }: SqlDialect, type: ScanType) => {
  const column = worstColumns[type];
  const worst = builder
    .selectFrom("image")
    .select(`image.${column}`)
    .where("image.account", "=", sql.ref<AccountId>("repository.account"))
    .where("image.region", "=", sql.ref<Region>("repository.region"))
    .where("image.repository", "=", sql.ref<string>("repository.id"))
    .where("image.state", "=", sql.lit("ACTIVE" as const))
    .where(`image.${column}`, ">", sql.lit(0))
    .orderBy(`image.${column}`, "desc")
    .limit(sql.lit(1));
  return sql<number>`coalesce(${worst}, 0)`;
};

const isWrong = (dialect: SqlDialect, table: "image" | "repository") => {
  const of = table === "image" ? ofImage : ofItsImages;
  return sql<SqlBool>`(${sql.ref(`${table}.worst_basic`)} <> ${of(dialect, "BASIC")} or ${sql.ref(`${table}.worst_enhanced`)} <> ${of(dialect, "ENHANCED")})`;
};

const ratedImages = (dialect: SqlDialect, key: RepositoryKey) =>
  dialect.builder
    .updateTable("image")
    .set({ worst_basic: ofImage(dialect, "BASIC"), worst_enhanced: ofImage(dialect, "ENHANCED") })
    .where((row) => row.and(ofRepository(key)))
    .where(isWrong(dialect, "image"));

const ratedImage = statement((dialect, key: ImageKey) =>
  ratedImages(dialect, key).where("digest", "=", key.digest),
);

/** Indexes that list the image. */
const ratedParents = statement((dialect, key: ImageKey) =>
  ratedImages(dialect, key).where("digest", "in", ({ selectFrom }) =>
    selectFrom("manifest_reference as parent")
      .select("parent.image")
      .where("parent.account", "=", key.account)
      .where("parent.region", "=", key.region)
      .where("parent.repository", "=", key.repository)
      .where("parent.digest", "=", key.digest)
      .where("parent.kind", "=", sql.lit("child" as const)),
  ),
);

/** For after the state of an image has changed, too. */
export const ratedRepository = statement((dialect, key: RepositoryKey) =>
  dialect.builder
    .updateTable("repository")
    .set({
      worst_basic: ofItsImages(dialect, "BASIC"),
      worst_enhanced: ofItsImages(dialect, "ENHANCED"),
    })
    .where((row) => row.and({ ...ofRegistry(key), id: key.repository }))
    .where(isWrong(dialect, "repository")),
);

const rateImages = statement(ratedImages);

/** Resolves to how many rows were wrong. */
export async function recountWorst(session: SqlSession, key: RepositoryKey): Promise<number> {
  const images = await session.change(rateImages, key);
  return images + (await session.change(ratedRepository, key));
}

const wrongImages = statement((dialect, key: RepositoryKey) =>
  dialect.builder
    .selectFrom("image")
    .select(({ fn }) => fn.countAll<number>().as("found"))
    .where((row) => row.and(ofRepository(key)))
    .where(isWrong(dialect, "image")),
);

const wrongRepository = statement((dialect, key: RepositoryKey) =>
  dialect.builder
    .selectFrom("repository")
    .select(({ fn }) => fn.countAll<number>().as("found"))
    .where((row) => row.and({ ...ofRegistry(key), id: key.repository }))
    .where(isWrong(dialect, "repository")),
);

/** How many rows say something else than scans do. */
export async function countWrongWorst(session: SqlSession, key: RepositoryKey): Promise<number> {
  const images = await session.first(wrongImages, key);
  const itself = await session.first(wrongRepository, key);
  return Number(images?.found ?? 0) + Number(itself?.found ?? 0);
}
