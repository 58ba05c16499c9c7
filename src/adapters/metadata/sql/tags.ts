import { sql } from "kysely";
import type { PageRequest, TagReads, TagWrites } from "../../../ports/metadata-store.ts";
import type { Image, TagEvent, TagMove } from "../../../registry/images/image.ts";
import type { Digest, Tag } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, ofRepository, type RepositoryKey, repositoryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type SqlCommand, statement } from "./statement.ts";

export class SqlTags implements TagReads, TagWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(repository: RepositoryRef, tag: Tag): Promise<Digest | undefined> {
    const row = await this.#session.first(find, { ...repositoryKey(repository), tag });
    return row?.digest;
  }

  list(
    repository: RepositoryRef,
    { after = "" as Tag, limit }: PageRequest<Tag>,
    { states }: { states?: readonly Image["state"][] | undefined } = {},
  ): Promise<{ tag: Tag; digest: Digest }[]> {
    const page = { ...repositoryKey(repository), after, limit };
    if (states === undefined) return this.#session.all(list, page);
    if (states.length === 1 && states[0] === "ACTIVE") return this.#session.all(listActive, page);
    return this.#session.query((dialect) => listInStates(dialect, page, states));
  }

  history(
    repository: RepositoryRef,
    tag: Tag,
    { after = Number.MAX_SAFE_INTEGER, limit }: PageRequest<number>,
  ): Promise<TagEvent[]> {
    const page = { ...repositoryKey(repository), tag, before: after, limit };
    return this.#session
      .all(history, page)
      .then((rows) =>
        rows.map(({ sequence, digest, at }) => ({ sequence, digest: digest ?? undefined, at })),
      );
  }

  async of(repository: RepositoryRef, digest: Digest, limit: number): Promise<Tag[]> {
    const rows = await this.#session.all(ofImage, { ...repositoryKey(repository), digest, limit });
    return rows.map((row) => row.tag);
  }

  async ofParents(repository: RepositoryRef, digest: Digest, limit: number): Promise<Tag[]> {
    const key = { ...repositoryKey(repository), digest, limit };
    return (await this.#session.all(ofParents, key)).map((row) => row.tag);
  }

  async count(repository: RepositoryRef, digest: Digest): Promise<number> {
    const row = await this.#session.first(count, { ...repositoryKey(repository), digest });
    return row?.tag_count ?? 0;
  }

  async put(repository: RepositoryRef, { tag, digest, at, freshUntil }: TagMove): Promise<void> {
    const key = { ...repositoryKey(repository), tag };
    // The image that loses the tag first: only the tag's row tells which one that is.
    await this.#session.allLater([
      ...this.#lockAll(key),
      this.#session.command(countLess, key),
      this.#session.command(put, { ...key, digest, at, freshUntil: freshUntil ?? null }),
      this.#session.command(countMore, key),
      this.#session.command(recordMove, { ...key, digest, at }),
    ]);
  }

  async setFresh(
    repository: RepositoryRef,
    tag: Tag,
    digest: Digest,
    until: number,
  ): Promise<void> {
    await this.#session.later(setFresh, { ...repositoryKey(repository), tag, digest, until });
  }

  async remove(repository: RepositoryRef, tag: Tag, at: number): Promise<void> {
    const key = { ...repositoryKey(repository), tag };
    await this.#session.allLater([
      ...this.#lockAll(key),
      this.#session.command(recordRemoval, { ...key, at }),
      this.#session.command(countLess, key),
      this.#session.command(remove, key),
    ]);
  }

  /** Between reading where a tag points and changing what hangs on that, nobody else moves it. */
  #lockAll(key: RepositoryKey): SqlCommand[] {
    return this.#session.locksRows ? [this.#session.command(lockRepository, key)] : [];
  }
}

/** What stays the same until the transaction ends: a tag that does not exist yet has no row to lock. */
const lockRepository = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("repository")
    .select("id")
    .where((row) => row.and({ ...ofRegistry(key), id: key.repository }))
    .forUpdate(),
);

type TagKey = RepositoryKey & { readonly tag: Tag };
type ImageKey = RepositoryKey & { readonly digest: Digest };

const find = statement(({ builder }, key: TagKey) =>
  builder
    .selectFrom("tag")
    .select("digest")
    .where((row) => row.and({ ...ofRepository(key), tag: key.tag })),
);

type Page = RepositoryKey & { readonly after: Tag; readonly limit: number };

const pageOf = ({ builder }: SqlDialect, page: Page) =>
  builder
    .selectFrom("tag")
    .select(["tag.tag", "tag.digest"])
    .where("tag.account", "=", page.account)
    .where("tag.region", "=", page.region)
    .where("tag.repository", "=", page.repository)
    .where("tag.tag", ">", page.after)
    .orderBy("tag.tag")
    .limit(page.limit);

const list = statement(pageOf);

/** The index of images that are not active is small: most repositories have none in it. */
const listActive = statement((dialect, page: Page) =>
  pageOf(dialect, page).where(({ not, exists, selectFrom }) =>
    not(
      exists(
        selectFrom("image")
          .select("image.digest")
          .where("image.account", "=", page.account)
          .where("image.region", "=", page.region)
          .where("image.repository", "=", page.repository)
          .whereRef("image.digest", "=", "tag.digest")
          .where("image.state", "<>", sql.lit("ACTIVE" as const)),
      ),
    ),
  ),
);

const listInStates = (dialect: SqlDialect, page: Page, states: readonly Image["state"][]) =>
  pageOf(dialect, page).where(({ exists, selectFrom }) =>
    exists(
      selectFrom("image")
        .select("image.digest")
        .where("image.account", "=", page.account)
        .where("image.region", "=", page.region)
        .where("image.repository", "=", page.repository)
        .whereRef("image.digest", "=", "tag.digest")
        .where("image.state", "in", states),
    ),
  );

const history = statement(({ builder }, page: TagKey & { before: number; limit: number }) =>
  builder
    .selectFrom("tag_history")
    .select(["sequence", "digest", "at"])
    .where((row) => row.and({ ...ofRepository(page), tag: page.tag }))
    .where("sequence", "<", page.before)
    .orderBy("sequence", "desc")
    .limit(page.limit),
);

const ofImage = statement(({ builder }, key: ImageKey & { limit: number }) =>
  builder
    .selectFrom("tag")
    .select("tag")
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .orderBy("tag")
    .limit(key.limit),
);

const ofParents = statement(({ builder }, key: ImageKey & { limit: number }) =>
  builder
    .selectFrom("tag")
    .select("tag.tag")
    .where("tag.account", "=", key.account)
    .where("tag.region", "=", key.region)
    .where("tag.repository", "=", key.repository)
    .where("tag.digest", "in", ({ selectFrom }) =>
      selectFrom("manifest_reference as reference")
        .select("reference.image")
        .where("reference.account", "=", key.account)
        .where("reference.region", "=", key.region)
        .where("reference.repository", "=", key.repository)
        .where("reference.digest", "=", key.digest)
        .where("reference.kind", "=", "child"),
    )
    .limit(key.limit),
);

const count = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image")
    .select("tag_count")
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

/** Adds to `tag_count` of the image that the tag points at, if it points at one. */
const addToCount = (by: 1 | -1) => (dialect: SqlDialect, key: TagKey) =>
  dialect.builder
    .updateTable("image")
    .set(({ eb }) => ({ tag_count: eb("tag_count", "+", sql.lit(by)) }))
    .where((row) => row.and(ofRepository(key)))
    .where("digest", "=", ({ selectFrom }) =>
      selectFrom("tag")
        .select("tag.digest")
        .where((row) => row.and({ ...ofRepository(key), tag: key.tag })),
    );
const countMore = statement(addToCount(1));
const countLess = statement(addToCount(-1));

type Put = TagKey & { digest: Digest; at: number; freshUntil: number | null };

const put = statement(({ builder }, move: Put) =>
  builder
    .insertInto("tag")
    .values({
      ...{ ...ofRepository(move), tag: move.tag, digest: move.digest, moved_at: move.at },
      fresh_until: move.freshUntil,
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository", "tag"]).doUpdateSet({
        digest: sql`excluded.digest`,
        moved_at: sql`excluded.moved_at`,
        fresh_until: sql`excluded.fresh_until`,
      }),
    ),
);

const setFresh = statement(({ builder }, to: TagKey & { digest: Digest; until: number }) =>
  builder
    .updateTable("tag")
    .set({ fresh_until: to.until })
    .where((row) => row.and({ ...ofRepository(to), tag: to.tag }))
    .where("digest", "=", to.digest)
    .where("fresh_until", "is not", null),
);

const remove = statement(({ builder }, key: TagKey) =>
  builder.deleteFrom("tag").where((row) => row.and({ ...ofRepository(key), tag: key.tag })),
);

/** The number of the tag's next move. */
const nextMove = ({ builder }: SqlDialect, key: TagKey) =>
  builder
    .selectFrom("tag_history")
    .select(sql<number>`coalesce(max(sequence), 0) + 1`.as("sequence"))
    .where((row) => row.and({ ...ofRepository(key), tag: key.tag }));

const recordMove = statement((dialect, move: TagKey & { digest: Digest; at: number }) =>
  dialect.builder.insertInto("tag_history").values({
    ...ofRepository(move),
    tag: move.tag,
    digest: move.digest,
    at: move.at,
    sequence: nextMove(dialect, move),
  }),
);

const recordRemoval = statement((dialect, key: TagKey & { at: number }) =>
  dialect.builder
    .insertInto("tag_history")
    .columns(["account", "region", "repository", "tag", "at", "sequence"])
    .expression(({ selectFrom, val }) =>
      selectFrom("tag")
        .select(["account", "region", "repository", "tag"])
        .select([val(key.at).as("at"), nextMove(dialect, key).as("sequence")])
        .where((row) => row.and({ ...ofRepository(key), tag: key.tag })),
    ),
);
