import { sql } from "kysely";
import type { ImageUseReads, ImageUseWrites } from "../../../ports/image-use-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { ImageUse, ImageUsePosition } from "../../../registry/images-in-use/image-use.ts";
import type { Digest } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import { ofRepository, type RepositoryKey, repositoryKey, toRef } from "./keys.ts";
import type { ImageInUseTable } from "./life-tables.ts";
import { ListStatement } from "./list-statement.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlImageUses implements ImageUseReads, ImageUseWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async among(
    repository: RepositoryRef,
    digests: readonly Digest[],
    now: number,
  ): Promise<Digest[]> {
    const key = { ...repositoryKey(repository), now };
    const rows = await among.all(this.#session, key, digests);
    return rows.map(({ digest }) => digest);
  }

  async list(
    repository: RepositoryRef,
    { after, limit }: PageRequest<ImageUsePosition>,
    now: number,
  ): Promise<ImageUse[]> {
    const { digest = "" as Digest, reporter = "" } = after ?? {};
    const key = repositoryKey(repository);
    const rows = await this.#session.all(list, { ...key, digest, reporter, now, limit });
    const ref = toRef(repository);
    return rows.map((row) => ({
      repository: ref,
      digest: row.digest,
      reporter: row.reporter,
      reportedAt: row.reported_at,
      expiresAt: row.expires_at,
    }));
  }

  async put(uses: readonly ImageUse[]): Promise<void> {
    await this.#session.allLater(
      uses.map(({ repository, digest, reporter, reportedAt, expiresAt }) =>
        this.#session.command(put, {
          ...{ ...repositoryKey(repository), digest, reporter },
          ...{ reported_at: reportedAt, expires_at: expiresAt },
        }),
      ),
    );
  }

  async remove(
    repository: RepositoryRef,
    reporter: string,
    digests: readonly Digest[],
  ): Promise<void> {
    const key = { ...repositoryKey(repository), reporter };
    await this.#session.allLater(
      digests.map((digest) => this.#session.command(remove, { ...key, digest })),
    );
  }

  async removeExpired(now: number, limit: number): Promise<number> {
    const expired = await this.#session.all(listExpired, { now, limit });
    await this.#session.allLater(
      expired.map(({ account, region, repository, digest, reporter }) =>
        this.#session.command(removeIfExpired, {
          ...{ account, region, repository, digest, reporter, now },
        }),
      ),
    );
    return expired.length;
  }
}

type One = RepositoryKey & ImageUsePosition;

function ofUse(key: One) {
  return { ...ofRepository(key), digest: key.digest, reporter: key.reporter };
}

const among = new ListStatement(
  ({ builder }, key: RepositoryKey & { readonly now: number }, digests) =>
    builder
      .selectFrom("image_in_use")
      .select("digest")
      .distinct()
      .where((row) => row.and(ofRepository(key)))
      .where("digest", "in", digests as readonly Digest[])
      .where("expires_at", ">", key.now),
);

const list = statement(
  ({ builder }, page: One & { readonly now: number; readonly limit: number }) =>
    builder
      .selectFrom("image_in_use")
      .selectAll()
      .where((row) => row.and(ofRepository(page)))
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple("digest", "reporter"), ">", tuple(page.digest, page.reporter)),
      )
      .where("expires_at", ">", page.now)
      .orderBy("digest")
      .orderBy("reporter")
      .limit(page.limit),
);

const put = statement(({ builder }, row: Fields<ImageInUseTable>) =>
  builder
    .insertInto("image_in_use")
    .values({ ...ofUse(row), reported_at: row.reported_at, expires_at: row.expires_at })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository", "digest", "reporter"]).doUpdateSet({
        reported_at: sql`excluded.reported_at`,
        expires_at: sql`excluded.expires_at`,
      }),
    ),
);

const remove = statement(({ builder }, key: One) =>
  builder.deleteFrom("image_in_use").where((row) => row.and(ofUse(key))),
);

const listExpired = statement(
  ({ builder }, { now, limit }: { readonly now: number; readonly limit: number }) =>
    builder
      .selectFrom("image_in_use")
      .select(["account", "region", "repository", "digest", "reporter"])
      .where("expires_at", "<=", now)
      .orderBy("expires_at")
      .limit(limit),
);

const removeIfExpired = statement(({ builder }, key: One & { readonly now: number }) =>
  builder
    .deleteFrom("image_in_use")
    .where((row) => row.and(ofUse(key)))
    // Looked at again: it may have been said anew meanwhile.
    .where("expires_at", "<=", key.now),
);
