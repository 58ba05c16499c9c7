import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  StoredSuppression,
  SuppressionHead,
  SuppressionKey,
  SuppressionKind,
  SuppressionReads,
  SuppressionWrites,
  VexVouch,
} from "../../../ports/suppression-store.ts";
import type { Digest, Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import type { SuppressionTable, VexVouchTable } from "./suppression-tables.ts";

export class SqlSuppressions implements SuppressionReads, SuppressionWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(key: SuppressionKey): Promise<StoredSuppression | undefined> {
    const row = await this.#session.first(find, toKey(key));
    return row && { ...toHead(row), content: row.content };
  }

  async list(
    registry: Registry,
    kind: SuppressionKind,
    { after = "", limit }: PageRequest<string>,
  ): Promise<SuppressionHead[]> {
    const page = { ...toKey({ registry, kind, name: after }), limit };
    return (await this.#session.all(list, page)).map(toHead);
  }

  async due(now: number, limit: number): Promise<StoredSuppression[]> {
    const rows = await this.#session.all(due, { now, limit });
    return rows.map((row) => ({ ...toHead(row), content: row.content }));
  }

  async vouched(repository: RepositoryRef, digests: readonly Digest[]): Promise<VexVouch[]> {
    const rows = await vouched.all(this.#session, repositoryKey(repository), digests);
    return rows.map((row) => ({
      repository: { registry: registryKey(row), id: row.repository },
      ...{ digest: row.digest, principal: row.principal, at: row.at },
    }));
  }

  async put(suppression: StoredSuppression): Promise<void> {
    await this.#session.later(put, {
      ...toKey(suppression),
      due_at: suppression.dueAt ?? null,
      size_bytes: suppression.sizeBytes,
      wrapped_key: suppression.wrappedKey,
      content: suppression.content,
    });
  }

  async remove(key: SuppressionKey): Promise<void> {
    await this.#session.later(remove, toKey(key));
  }

  async vouch({ repository, digest, principal, at }: VexVouch): Promise<void> {
    await this.#session.later(vouch, { ...repositoryKey(repository), digest, principal, at });
  }
}

type Key = RegistryKey & { readonly kind: SuppressionKind; readonly name: string };

function toKey({ registry, kind, name }: SuppressionKey): Key {
  return { ...registryKey(registry), kind, name };
}

function toHead(row: Omit<SuppressionTable, "content">): SuppressionHead {
  return {
    ...{ registry: registryKey(row), kind: row.kind, name: row.name },
    ...{ wrappedKey: row.wrapped_key, sizeBytes: row.size_bytes, dueAt: row.due_at ?? undefined },
  };
}

const of = (key: Key) => ({ ...ofRegistry(key), kind: key.kind, name: key.name });

const find = statement(({ builder }, key: Key) =>
  builder
    .selectFrom("suppression")
    .selectAll()
    .where((row) => row.and(of(key))),
);

const list = statement(({ builder }, page: Key & { readonly limit: number }) =>
  builder
    .selectFrom("suppression")
    .select(["account", "region", "kind", "name", "due_at", "size_bytes", "wrapped_key"])
    .where((row) => row.and({ ...ofRegistry(page), kind: page.kind }))
    .where("name", ">", page.name)
    .orderBy("name")
    .limit(page.limit),
);

const due = statement(({ builder }, { now, limit }: { now: number; limit: number }) =>
  builder
    .selectFrom("suppression")
    .selectAll()
    .where("due_at", "<=", now)
    .orderBy("due_at")
    .limit(limit),
);

const vouched = new ListStatement(({ builder }, key: RepositoryKey, digests) =>
  builder
    .selectFrom("vex_vouch")
    .selectAll()
    .where((row) => row.and(ofRepository(key)))
    .where("digest", "in", digests as Digest[]),
);

const put = statement(({ builder }, row: Fields<SuppressionTable>) => {
  const { due_at, size_bytes, wrapped_key, content } = row;
  const said = { due_at, size_bytes, wrapped_key, content };
  return builder
    .insertInto("suppression")
    .values({ ...ofRegistry(row), kind: row.kind, name: row.name, ...said })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "kind", "name"]).doUpdateSet(said),
    );
});

const remove = statement(({ builder }, key: Key) =>
  builder.deleteFrom("suppression").where((row) => row.and(of(key))),
);

const vouch = statement(({ builder }, row: Fields<VexVouchTable>) => {
  const said = { principal: row.principal, at: row.at };
  return builder
    .insertInto("vex_vouch")
    .values({ ...ofRepository(row), digest: row.digest, ...said })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository", "digest"]).doUpdateSet(said),
    );
});
