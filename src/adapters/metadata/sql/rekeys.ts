import type { RekeyReads, RekeyWrites } from "../../../ports/rekey-store.ts";
import type { Rekey } from "../../../registry/rekeying/rekey.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import { ofRepository, type RepositoryKey, repositoryKey, toRef } from "./keys.ts";
import type { RekeyTable } from "./kms-tables.ts";
import { encryptionColumns, toEncryption } from "./repository-row.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlRekeys implements RekeyReads, RekeyWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(repository: RepositoryRef): Promise<Rekey | undefined> {
    const row = await this.#session.first(find, repositoryKey(repository));
    return row && toRekey(row, toRef(repository));
  }

  async put(rekey: Rekey): Promise<void> {
    await this.#session.later(put, toRow(rekey));
  }
}

function toRekey(row: RekeyTable, repository: RepositoryRef): Rekey {
  return {
    repository,
    from: toEncryption(row.from_type, row.from_key),
    to: toEncryption(row.to_type, row.to_key),
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
    phase: row.phase,
    position: row.position,
    objects: row.objects ?? undefined,
    seen: row.seen,
    rewrapped: row.rewrapped,
    copied: row.copied,
    adopted: row.adopted,
    failure: row.failure ?? undefined,
  };
}

function toRow(rekey: Rekey): Fields<RekeyTable> {
  const from = encryptionColumns(rekey.from);
  const to = encryptionColumns(rekey.to);
  return {
    ...repositoryKey(rekey.repository),
    from_type: from.encryption,
    from_key: from.encryptionKey,
    to_type: to.encryption,
    to_key: to.encryptionKey,
    started_at: rekey.startedAt,
    finished_at: rekey.finishedAt ?? null,
    phase: rekey.phase,
    position: rekey.position,
    objects: rekey.objects ?? null,
    seen: rekey.seen,
    rewrapped: rekey.rewrapped,
    copied: rekey.copied,
    adopted: rekey.adopted,
    failure: rekey.failure ?? null,
  };
}

const find = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("rekey")
    .selectAll()
    .where((row) => row.and(ofRepository(key))),
);

const put = statement(({ builder }, row: Fields<RekeyTable>) => {
  const progress = {
    finished_at: row.finished_at,
    phase: row.phase,
    position: row.position,
    objects: row.objects,
    seen: row.seen,
    rewrapped: row.rewrapped,
    copied: row.copied,
    adopted: row.adopted,
    failure: row.failure,
  };
  const asked = {
    from_type: row.from_type,
    from_key: row.from_key,
    to_type: row.to_type,
    to_key: row.to_key,
    started_at: row.started_at,
  };
  return builder
    .insertInto("rekey")
    .values({ ...ofRepository(row), ...asked, ...progress })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository"]).doUpdateSet({ ...asked, ...progress }),
    );
});
