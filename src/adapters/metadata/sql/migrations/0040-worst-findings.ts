/**
 * The worst that scans found, where lists of images and repositories are sorted and filtered by it; and
 * indexes that serve the palette alone.
 */
import { sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import type { Migration } from "./migration.ts";

const columns = { BASIC: "worst_basic", ENHANCED: "worst_enhanced" } as const;
const types = ["BASIC", "ENHANCED"] as const;
type Type = (typeof types)[number];

export const migration0040: Migration = {
  version: 40,
  name: "worst findings",
  statements: (dialect) => [
    ...(["image", "repository"] as const).flatMap((table) =>
      types.map((type) =>
        dialect.builder.schema
          .alterTable(table)
          .addColumn(columns[type], dialect.types.integer, (column) =>
            column.notNull().defaultTo(sql.lit(0)),
          ),
      ),
    ),
    ...types.flatMap((type) => [ownFindings(dialect, type), listedFindings(dialect, type)]),
    ...types.flatMap((type) => indexes(dialect, type)),
    ...types.map((type) => ofRepositories(dialect, type)),
    ...narrowed(dialect),
  ],
};

/**
 * The palette's indexes of tags and digests over all repositories, for statements that say so: PostgreSQL
 * took them for a tag of one repository where most tags are in one alone, and then read `latest` of all.
 * The condition is always true, and none that SQLite could take for the beginning of a range.
 */
const narrowed = ({ builder }: SqlDialect) => [
  builder.schema.dropIndex("tag_name"),
  builder.schema
    .createIndex("tag_name")
    .on("tag")
    .columns(["account", "region", "tag", "repository"])
    .where(sql<boolean>`length(tag) > 0`),
  builder.schema.dropIndex("image_digest"),
  builder.schema
    .createIndex("image_digest")
    .on("image")
    .columns(["account", "region", "digest", "repository"])
    .where(sql<boolean>`length(digest) > 0`),
];

const isSame = (from: string, to: string, columnOf = "digest") =>
  sql<boolean>`${sql.ref(`${from}.account`)} = ${sql.ref(`${to}.account`)} and ${sql.ref(`${from}.region`)} = ${sql.ref(`${to}.region`)} and ${sql.ref(`${from}.repository`)} = ${sql.ref(`${to}.repository`)} and ${sql.ref(`${from}.${columnOf}`)} = ${sql.ref(`${to}.digest`)}`;

/** From an index, as the rows of scans may be large. */
const ownFindings = ({ builder }: SqlDialect, type: Type) =>
  builder
    .updateTable("image")
    .set({ [columns[type]]: sql`image_scan.worst` })
    .from("image_scan")
    .where("image_scan.type", "=", sql.lit(type))
    .where("image_scan.worst", ">", sql.lit(0))
    .where(isSame("image_scan", "image"));

/** Of what indexes list, each of which has its own by now. */
const listedFindings = ({ builder }: SqlDialect, type: Type) => {
  const worst = sql.ref<number>(`child.${columns[type]}`);
  return builder
    .updateTable("image")
    .set({ [columns[type]]: sql`found.worst` })
    .from(
      builder
        .selectFrom("manifest_reference as listed")
        .innerJoin("image as child", (join) => join.on(isSame("listed", "child")))
        .select(["listed.account", "listed.region", "listed.repository", "listed.image"])
        .select(sql<number>`max(${worst})`.as("worst"))
        .where("listed.kind", "=", sql.lit("child" as const))
        .groupBy(["listed.account", "listed.region", "listed.repository", "listed.image"])
        .as("found"),
    )
    .where(isSame("found", "image", "image"))
    .where(sql<boolean>`found.worst > ${sql.ref(`image.${columns[type]}`)}`);
};

/**
 * That of repositories has all of them: by its condition SQLite takes it for no other statement than those
 * that say so.
 */
const indexes = ({ builder }: SqlDialect, type: Type) => [
  builder.schema
    .createIndex(`image_${columns[type]}`)
    .on("image")
    .columns(["account", "region", "repository", columns[type], "digest"])
    .where(
      sql<boolean>`${sql.ref(columns[type])} > ${sql.lit(0)} and state = ${sql.lit("ACTIVE")}`,
    ),
  builder.schema
    .createIndex(`repository_${columns[type]}`)
    .on("repository")
    .columns(["account", "region", columns[type], "name"])
    .where(sql.ref(columns[type]), ">=", sql.lit(0)),
];

const ofRepositories = ({ builder }: SqlDialect, type: Type) =>
  builder.updateTable("repository").set({
    [columns[type]]:
      sql`coalesce((select max(${sql.ref(`image.${columns[type]}`)}) from image where image.account = repository.account and image.region = repository.region and image.repository = repository.id and image.state = 'ACTIVE' and ${sql.ref(`image.${columns[type]}`)} > 0), 0)`,
  });
