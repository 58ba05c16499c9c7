/** The gallery's index anew: repositories have numbers, so that what it is searched by is small. */
import { type Compilable, type RawBuilder, sql } from "kysely";
import type { SqlDialect } from "../dialect.ts";
import { optional, withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRepository = ["account", "region", "repository"];

export const migration0037: Migration = {
  version: 37,
  name: "gallery postings",
  statements: (dialect) => [
    ...listings(dialect),
    ...postings(dialect),
    dialect.builder.schema.dropTable("gallery_word"),
    dialect.builder.schema.dropTable("gallery_entry"),
  ],
};

const shown = [
  ...["name", "alias", "publisher", "description", "bits", "pulls", "boost"],
  ...["logo_digest", "updated_at"],
];

function listings(dialect: SqlDialect): Compilable[] {
  const { builder, largeRows, counted, types } = dialect;
  const { text, integer } = types;
  const columns = sql.join([...ofRepository, ...shown].map((name) => sql.ref(name)));
  return [
    withColumns(largeRows("gallery_listing").addColumn("number", integer, counted), {
      ...{ account: text, region: text, repository: text, name: text, alias: text },
      publisher: optional(text),
      description: optional(text),
      ...{ bits: integer, pulls: integer, boost: integer },
      logo_digest: optional(text),
      updated_at: integer,
    }),
    builder.schema
      .createIndex("gallery_listing_repository")
      .on("gallery_listing")
      .columns(ofRepository)
      .unique(),
    written(
      dialect,
      sql`insert into gallery_listing (${columns}) select ${columns} from gallery_entry
        order by account, region, repository`,
    ),
  ];
}

function postings(dialect: SqlDialect): Compilable[] {
  const { builder, smallRows, types } = dialect;
  const { text, integer } = types;
  return [
    withColumns(smallRows("gallery_posting"), {
      ...{ listing: integer, word: text, place: integer, boost: integer, bits: integer },
    }).addPrimaryKeyConstraint("gallery_posting_key", ["listing", "word"]),
    written(
      dialect,
      sql`insert into gallery_posting (listing, word, place, boost, bits)
        select gallery_listing.number, gallery_word.word, gallery_word.place, gallery_word.boost,
          gallery_word.bits
        from gallery_listing join gallery_word
          on gallery_word.account = gallery_listing.account
          and gallery_word.region = gallery_listing.region
          and gallery_word.repository = gallery_listing.repository`,
    ),
    // All that a search looks at: it is over all accounts.
    builder.schema
      .createIndex("gallery_posting_place")
      .on("gallery_posting")
      .columns(["word", "place", "listing", "bits", "boost"]),
  ];
}

function written(dialect: SqlDialect, text: RawBuilder<unknown>): Compilable {
  return { compile: () => text.compile(dialect.builder) };
}
