/** The gallery's index: what finds a repository, and what is written of it. */
import { type Compilable, type RawBuilder, type Selectable, sql } from "kysely";
import type { GalleryPage, GalleryQuery } from "../../../ports/public-store.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRepository, type RepositoryKey } from "./keys.ts";
import type { GalleryListingTable } from "./public-tables.ts";
import { type Fields, statement } from "./statement.ts";

/**
 * The best rows of the first word, in the order of its index, with where those of the others stand: how
 * long that takes does not grow with the gallery. The others are looked up one by one, which a join might
 * not do: it would read all rows of a word that is everywhere. The words of one repository lie together.
 */
function candidates({ words: [first = "", ...others], candidates: most }: GalleryQuery) {
  const best = sql`select listing, place, boost, bits from gallery_posting
    where word = ${first} order by word, place, listing limit ${most}`;
  if (others.length === 0) return sql`found as materialized (${best})`;
  const places = others.map((word, index) => {
    const place = sql`select other.place from gallery_posting as other
      where other.listing = best.listing and other.word = ${word}`;
    return sql`(${place}) as ${sql.ref(`place${index}`)}`;
  });
  const columns = others.map((_, index) => sql.ref(`place${index}`));
  const sum = sql.join([sql.ref("looked.place"), ...columns], sql` + `);
  const present = columns.map((column) => sql`${column} is not null`);
  // Each step by itself, so that databases look each word up once however often its place is named.
  return sql`best as materialized (${best}),
    looked as materialized (select best.*, ${sql.join(places)} from best),
    found as materialized (select listing, ${sum} as place, boost, bits from looked
      where ${sql.join(present, sql` and `)})`;
}

/** Raw SQL as the session takes it. */
function compilable<R>(text: RawBuilder<R>, { builder }: SqlDialect): Compilable<R> {
  return { compile: () => text.compile(builder) };
}

/** What was found, counted by bits, and the listings of one page, by which they are ordered. */
export type FoundRow =
  | { readonly listing: null; readonly bits: number; readonly count: number }
  | { readonly listing: number; readonly place: number; readonly boost: number };

/** Both from one look: the candidates are looked up once. */
export const find = (query: GalleryQuery, page: GalleryPage) => (dialect: SqlDialect) => {
  const passing = page.masks.map((mask) => sql`(bits & ${mask}) <> 0`);
  const where = passing.length === 0 ? sql`` : sql` where ${sql.join(passing, sql` and `)}`;
  const order = page.order === "PULLS" ? sql`boost desc, place, listing` : sql`place, listing`;
  const shown = sql`select listing, place, boost from found${where}
    order by ${order} limit ${page.limit} offset ${page.offset}`;
  return compilable(
    sql<FoundRow>`with ${candidates(query)}
      select null as listing, bits, count(*) as count, null as place, null as boost
        from found group by bits
      union all select shown.listing, null, null, shown.place, shown.boost from (${shown}) as shown`,
    dialect,
  );
};

/** How many rows each word has, counted up to `most`, in the order of the words. */
export const countWords =
  (words: readonly string[], most: number) =>
  (dialect: SqlDialect): Compilable<{ readonly word: string; readonly count: number }> => {
    const counts = words.map(
      (word, index) => sql`select ${sql.lit(index)} as position, count(*) as count
        from (select word from gallery_posting where word = ${word} limit ${most}) as counted`,
    );
    return compilable(sql`${sql.join(counts, sql` union all `)} order by position`, dialect);
  };

export const listings =
  (numbers: readonly number[]) =>
  ({ builder }: SqlDialect) =>
    builder.selectFrom("gallery_listing").selectAll().where("number", "in", numbers);

export const listingOf = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("gallery_listing")
    .selectAll()
    .where((row) => row.and(ofRepository(key))),
);

export const lockListing = statement(({ builder, locksRows }, key: RepositoryKey) => {
  const query = builder
    .selectFrom("gallery_listing")
    .selectAll()
    .where((row) => row.and(ofRepository(key)));
  return locksRows ? query.forUpdate() : query;
});

type ListingFields = Fields<Omit<Selectable<GalleryListingTable>, "number">>;

/** Has the row there and locked, with the number that it goes by; nothing else of it changes. */
export const insertListing = statement(({ builder }, row: ListingFields) =>
  builder
    .insertInto("gallery_listing")
    .values({ ...ofRepository(row), ...shownIn(row) })
    .onConflict((conflict) => conflict.columns(["account", "region", "repository"]).doNothing()),
);

export const replaceListing = statement(({ builder }, row: ListingFields) =>
  builder
    .updateTable("gallery_listing")
    .set(shownIn(row))
    .where((each) => each.and(ofRepository(row))),
);

function shownIn(row: ListingFields) {
  const { name, alias, publisher, description, bits, pulls, boost, logo_digest, updated_at } = row;
  return { name, alias, publisher, description, bits, pulls, boost, logo_digest, updated_at };
}

/** What all postings of one listing have. */
export interface PostingsOf {
  readonly listing: number;
  readonly boost: number;
  readonly bits: number;
}

const postingsAtOnce = [64, 32, 16, 8, 4, 2, 1] as const;
type Postings = Fields<PostingsOf> & { readonly [Name in string]?: string | number };

const insertPostings = postingsAtOnce.map((count) => ({
  count,
  statement: statement(({ builder }, row: Postings) => {
    const { listing, boost, bits } = row;
    const postings = Array.from({ length: count }, (_, index) => ({
      ...{ listing, boost, bits },
      word: row[`word${index}`] as string,
      place: row[`place${index}`] as number,
    }));
    return builder.insertInto("gallery_posting").values(postings);
  }),
}));

/** Few statements for many rows, and those few always the same. */
export function postingInserts(
  of: PostingsOf,
  words: readonly { readonly word: string; readonly place: number }[],
) {
  const inserts: { statement: (typeof insertPostings)[number]["statement"]; row: Postings }[] = [];
  let start = 0;
  for (const { count, statement } of insertPostings) {
    for (; start + count <= words.length; start += count) {
      const row: Record<string, string | number> = { ...of };
      words.slice(start, start + count).forEach(({ word, place }, index) => {
        row[`word${index}`] = word;
        row[`place${index}`] = place;
      });
      inserts.push({ statement, row: row as Postings });
    }
  }
  return inserts;
}

export const removeListing = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("gallery_listing").where((row) => row.and(ofRepository(key))),
);

export const removePostings = statement(({ builder }, { listing }: { readonly listing: number }) =>
  builder.deleteFrom("gallery_posting").where("listing", "=", listing),
);

/** Of whatever the repository is listed as. */
export const removePostingsOf = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("gallery_posting").where("listing", "in", ({ selectFrom }) =>
    selectFrom("gallery_listing")
      .select("number")
      .where((row) => row.and(ofRepository(key))),
  ),
);

type Pulls = RepositoryKey & { readonly pulls: number; readonly boost: number };

export const setPulls = statement(({ builder }, to: Pulls) =>
  builder
    .updateTable("gallery_listing")
    .set({ pulls: to.pulls, boost: to.boost })
    .where((row) => row.and(ofRepository(to))),
);

type Lift = { readonly listing: number; readonly boost: number; readonly by: number };

/** By so much earlier. */
export const lift = statement(({ builder }, to: Lift) =>
  builder
    .updateTable("gallery_posting")
    .set({ boost: to.boost, place: sql`place - ${to.by}` })
    .where("listing", "=", to.listing),
);
