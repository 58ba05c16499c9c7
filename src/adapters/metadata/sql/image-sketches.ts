/** Statements about sketches, and about scans of which sketches say that nothing changed. */
import { sql } from "kysely";
import type { Digest } from "../../../registry/names.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import { imageColumns } from "./image-row.ts";
import { ofRepository, type RepositoryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import { scanColumns, type TypedKey } from "./scan-row.ts";
import type { ImageSketchTable } from "./scan-tables.ts";
import { type Fields, statement } from "./statement.ts";

/** Sketches are in rows of their own: here they would lie behind what was found, and be as slow to read. */
export const listSketched = statement(
  ({ builder }, page: TypedKey & { wanted: ScanType; limit: number }) =>
    builder
      .selectFrom("image_scan")
      .innerJoin("image", (join) =>
        join
          .onRef("image.account", "=", "image_scan.account")
          .onRef("image.region", "=", "image_scan.region")
          .onRef("image.repository", "=", "image_scan.repository")
          .onRef("image.digest", "=", "image_scan.digest"),
      )
      .leftJoin("image_sketch as packages", (join) =>
        join
          .onRef("packages.account", "=", "image_scan.account")
          .onRef("packages.region", "=", "image_scan.region")
          .onRef("packages.repository", "=", "image_scan.repository")
          .onRef("packages.digest", "=", "image_scan.digest")
          .on("packages.about", "=", "PACKAGES"),
      )
      .leftJoin("image_sketch as found", (join) =>
        join
          .onRef("found.account", "=", "image_scan.account")
          .onRef("found.region", "=", "image_scan.region")
          .onRef("found.repository", "=", "image_scan.repository")
          .onRef("found.digest", "=", "image_scan.digest")
          .onRef("found.about", "=", "image_scan.type"),
      )
      .select(scanColumns.map((column) => `image_scan.${column}` as const))
      .select(imageColumns)
      .select(["packages.names as package_names", "found.names as finding_names"])
      .where("image_scan.type", "=", page.wanted)
      .where("image_scan.status", "=", sql.lit("ACTIVE" as const))
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple(
            "image_scan.account",
            "image_scan.region",
            "image_scan.repository",
            "image_scan.digest",
            "image_scan.type",
          ),
          ">",
          tuple(page.account, page.region, page.repository, page.digest, page.type),
        ),
      )
      .orderBy("image_scan.account")
      .orderBy("image_scan.region")
      .orderBy("image_scan.repository")
      .orderBy("image_scan.digest")
      .orderBy("image_scan.type")
      .limit(page.limit),
);

/** Scans of a registry, with the sketches of what they found. */
export const listNamed = statement(({ builder }, page: TypedKey & { limit: number }) =>
  builder
    .selectFrom("image_scan")
    .leftJoin("image_sketch as found", (join) =>
      join
        .onRef("found.account", "=", "image_scan.account")
        .onRef("found.region", "=", "image_scan.region")
        .onRef("found.repository", "=", "image_scan.repository")
        .onRef("found.digest", "=", "image_scan.digest")
        .onRef("found.about", "=", "image_scan.type"),
    )
    .select(scanColumns.map((column) => `image_scan.${column}` as const))
    .select(["found.names as finding_names"])
    .where("image_scan.account", "=", page.account)
    .where("image_scan.region", "=", page.region)
    .where("image_scan.type", "=", page.type)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("image_scan.repository", "image_scan.digest"),
        ">",
        tuple(page.repository, page.digest),
      ),
    )
    .orderBy("image_scan.repository")
    .orderBy("image_scan.digest")
    .limit(page.limit),
);

type AdvisoriesKey = RepositoryKey & {
  readonly type: ScanType;
  readonly before: string;
  readonly ended_before: number;
  readonly advisories: string | null;
  readonly source_updated_at: number | null;
  readonly ended_at: number | null;
};

export const setAdvisories = new ListStatement(({ builder }, key: AdvisoriesKey, digests) =>
  builder
    .updateTable("image_scan")
    .set({
      advisories: key.advisories,
      source_updated_at: key.source_updated_at,
      ended_at: key.ended_at,
    })
    .where((row) => row.and({ ...ofRepository(key), type: key.type, advisories: key.before }))
    .where("ended_at", "=", key.ended_before)
    .where("status", "=", sql.lit("ACTIVE" as const))
    .where("digest", "in", digests as Digest[]),
);

export const putSketch = statement(({ builder }, row: Fields<ImageSketchTable>) =>
  builder
    .insertInto("image_sketch")
    .values({ ...ofRepository(row), digest: row.digest, about: row.about, names: row.names })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "repository", "digest", "about"])
        .doUpdateSet({ names: row.names }),
    ),
);
