/** The gallery's index: what finds a repository, and what is written of it. */
import { type Compilable, type RawBuilder, sql } from "kysely";
import type { GalleryGroup, GalleryQuery } from "../../../ports/public-store.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRepository, type RepositoryKey } from "./keys.ts";
import type { GalleryEntryTable, GalleryWordTable } from "./public-tables.ts";
import { type Fields, statement } from "./statement.ts";

/**
 * The best rows of the first word, in the order of its index, with where those of the others stand: how
 * long that takes does not grow with the gallery. The others are looked up one by one, which a join might
 * not do: it would read all rows of a word that is everywhere.
 */
function candidates({ words: [first = "", ...others], candidates: most }: GalleryQuery) {
  const best = sql`select account, region, repository, place, boost, bits from gallery_word
    where word = ${first} order by word, place, account, region, repository limit ${most}`;
  if (others.length === 0) return best;
  const places = others.map((word, index) => {
    const place = sql`select other.place from gallery_word as other where other.word = ${word}
      and other.account = best.account and other.region = best.region
      and other.repository = best.repository`;
    return sql`(${place}) as ${sql.ref(`place${index}`)}`;
  });
  const columns = others.map((_, index) => sql.ref(`place${index}`));
  const sum = sql.join([sql.ref("looked.place"), ...columns], sql` + `);
  const present = columns.map((column) => sql`${column} is not null`);
  // The second limit keeps databases from looking each word up again wherever its place is named.
  const looked = sql`select best.*, ${sql.join(places)} from (${best}) as best limit ${most}`;
  return sql`select account, region, repository, ${sum} as place, boost, bits
    from (${looked}) as looked where ${sql.join(present, sql` and `)}`;
}

/** Raw SQL as the session takes it. */
function compilable<R>(text: RawBuilder<R>, { builder }: SqlDialect): Compilable<R> {
  return { compile: () => text.compile(builder) };
}

export const groups = (query: GalleryQuery) => (dialect: SqlDialect) =>
  compilable(
    sql<GalleryGroup>`select bits, count(*) as count from (${candidates(query)}) as found
      group by bits`,
    dialect,
  );

export interface SearchPage {
  readonly masks: readonly number[];
  readonly order: "RELEVANCE" | "PULLS";
  readonly offset: number;
  readonly limit: number;
}

/** The entries of one page, in its order. */
export const search = (query: GalleryQuery, page: SearchPage) => (dialect: SqlDialect) => {
  const passing = page.masks.map((mask) => sql`(bits & ${mask}) <> 0`);
  const where = passing.length === 0 ? sql`` : sql` where ${sql.join(passing, sql` and `)}`;
  const order = page.order === "PULLS" ? sql`boost desc, place` : sql`place`;
  const found = sql`select account, region, repository, place as found_place, boost as found_boost
    from (${candidates(query)}) as found${where}
    order by ${order}, account, region, repository limit ${page.limit} offset ${page.offset}`;
  const again = page.order === "PULLS" ? sql`found_boost desc, found_place` : sql`found_place`;
  return compilable(
    sql<GalleryEntryTable>`select entry.* from (${found}) as found join gallery_entry as entry
      on entry.account = found.account and entry.region = found.region
      and entry.repository = found.repository
      order by ${again}, found.account, found.region, found.repository`,
    dialect,
  );
};

/** How many rows each word has, counted up to `most`, in the order of the words. */
export const countWords =
  (words: readonly string[], most: number) =>
  (dialect: SqlDialect): Compilable<{ readonly word: string; readonly count: number }> => {
    const counts = words.map(
      (word, index) => sql`select ${sql.lit(index)} as position, count(*) as count
        from (select word from gallery_word where word = ${word} limit ${most}) as counted`,
    );
    return compilable(sql`${sql.join(counts, sql` union all `)} order by position`, dialect);
  };

export const entryOf = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("gallery_entry")
    .selectAll()
    .where((row) => row.and(ofRepository(key))),
);

export const lockEntry = statement(({ builder, locksRows }, key: RepositoryKey) => {
  const query = builder
    .selectFrom("gallery_entry")
    .selectAll()
    .where((row) => row.and(ofRepository(key)));
  return locksRows ? query.forUpdate() : query;
});

export const insertEntry = statement(({ builder }, row: Fields<GalleryEntryTable>) =>
  builder.insertInto("gallery_entry").values({
    ...ofRepository(row),
    name: row.name,
    alias: row.alias,
    publisher: row.publisher,
    description: row.description,
    bits: row.bits,
    pulls: row.pulls,
    boost: row.boost,
    logo_digest: row.logo_digest,
    updated_at: row.updated_at,
  }),
);

export const insertWord = statement(({ builder }, row: Fields<GalleryWordTable>) =>
  builder.insertInto("gallery_word").values({
    word: row.word,
    ...ofRepository(row),
    weight: row.weight,
    place: row.place,
    boost: row.boost,
    bits: row.bits,
  }),
);

export const removeEntry = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("gallery_entry").where((row) => row.and(ofRepository(key))),
);

export const removeWords = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("gallery_word").where((row) => row.and(ofRepository(key))),
);

type Pulls = RepositoryKey & { readonly pulls: number; readonly boost: number };

export const setPulls = statement(({ builder }, to: Pulls) =>
  builder
    .updateTable("gallery_entry")
    .set({ pulls: to.pulls, boost: to.boost })
    .where((row) => row.and(ofRepository(to))),
);

/** By so much earlier. */
export const lift = statement(
  ({ builder }, to: RepositoryKey & { readonly boost: number; readonly by: number }) =>
    builder
      .updateTable("gallery_word")
      .set({ boost: to.boost, place: sql`place - ${to.by}` })
      .where((row) => row.and(ofRepository(to))),
);
