import type { PageRequest, UploadReads, UploadWrites } from "../../../ports/metadata-store.ts";
import type { Upload } from "../../../registry/layers/upload.ts";
import type { Registry, UploadId } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type { SqlDialect } from "./dialect.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";
import type { UploadTable } from "./tables.ts";

export class SqlUploads implements UploadReads, UploadWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, id: UploadId): Promise<Upload | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), id });
    return row && toUpload(row);
  }

  async lock(registry: Registry, id: UploadId): Promise<Upload | undefined> {
    const row = await this.#session.first(lock, { ...registryKey(registry), id });
    return row && toUpload(row);
  }

  async count(repository: RepositoryRef): Promise<number> {
    const row = await this.#session.first(count, repositoryKey(repository));
    return Number(row?.uploads ?? 0);
  }

  async list(repository: RepositoryRef, page: PageRequest<UploadId>): Promise<Upload[]> {
    const { after = beforeAll, limit } = page;
    const rows = await this.#session.all(list, { ...repositoryKey(repository), after, limit });
    return rows.map(toUpload);
  }

  async listAll({ after = beforeAll, limit }: PageRequest<UploadId>): Promise<Upload[]> {
    const rows = await this.#session.all(listAll, { after, limit });
    return rows.map(toUpload);
  }

  async insert(upload: Upload): Promise<void> {
    await this.#session.later(insert, toParameters(upload));
  }

  async replace(expected: Upload, next: Upload, otherwise: () => Error): Promise<void> {
    const parameters = { ...toParameters(next), expected: expected.revision };
    await this.#session.laterOrFail(this.#session.command(replace, parameters), otherwise);
  }

  async end({ repository, id, revision }: Upload, otherwise: () => Error): Promise<void> {
    const parameters = { ...registryKey(repository.registry), id, expected: revision };
    await this.#session.laterOrFail(this.#session.command(end, parameters), otherwise);
  }

  async remove(registry: Registry, id: UploadId): Promise<void> {
    await this.#session.later(remove, { ...registryKey(registry), id });
  }
}

/** Sorts before every id. */
const beforeAll = "" as UploadId;

function toUpload(row: UploadTable): Upload {
  return {
    id: row.id,
    repository: { registry: registryKey(row), id: row.repository },
    object: row.object,
    wrappedKey: row.wrapped_key,
    offset: row.offset_bytes,
    kept: row.kept ?? undefined,
    sealedBytes: row.sealed_bytes,
    place: row.place,
    frames: row.frames,
    layout: row.layout,
    parts: row.parts,
    smallPart: row.small_part === 1,
    digestSoFar: row.digest_so_far ?? undefined,
    revision: row.revision,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

function toParameters(upload: Upload) {
  return {
    ...repositoryKey(upload.repository),
    id: upload.id,
    object: upload.object,
    wrappedKey: upload.wrappedKey,
    offset: upload.offset,
    kept: upload.kept ?? null,
    sealedBytes: upload.sealedBytes,
    place: upload.place,
    frames: upload.frames,
    layout: upload.layout,
    parts: upload.parts,
    smallPart: upload.smallPart ? 1 : 0,
    digestSoFar: upload.digestSoFar ?? null,
    revision: upload.revision,
    createdAt: upload.createdAt,
    expiresAt: upload.expiresAt,
  };
}
type UploadParameters = ReturnType<typeof toParameters>;

function toColumns(upload: UploadParameters) {
  return {
    object: upload.object,
    wrapped_key: upload.wrappedKey,
    offset_bytes: upload.offset,
    kept: upload.kept,
    sealed_bytes: upload.sealedBytes,
    place: upload.place,
    frames: upload.frames,
    layout: upload.layout,
    parts: upload.parts,
    small_part: upload.smallPart,
    digest_so_far: upload.digestSoFar,
    revision: upload.revision,
    created_at: upload.createdAt,
    expires_at: upload.expiresAt,
  };
}

type UploadKey = RegistryKey & { readonly id: UploadId };

const byId = ({ builder }: SqlDialect, key: UploadKey) =>
  builder
    .selectFrom("upload")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), id: key.id }));

const find = statement(byId);

const lock = statement((dialect, key: UploadKey) => {
  const query = byId(dialect, key);
  return dialect.locksRows ? query.forUpdate() : query;
});

const count = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("upload")
    .select(({ fn }) => fn.countAll<number>().as("uploads"))
    .where((row) => row.and(ofRepository(key))),
);

const list = statement(({ builder }, page: RepositoryKey & { after: UploadId; limit: number }) =>
  builder
    .selectFrom("upload")
    .selectAll()
    .where((row) => row.and(ofRepository(page)))
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const listAll = statement(({ builder }, page: { after: UploadId; limit: number }) =>
  builder
    .selectFrom("upload")
    .selectAll()
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const insert = statement(({ builder }, upload: UploadParameters) =>
  builder
    .insertInto("upload")
    .values({ ...ofRepository(upload), id: upload.id, ...toColumns(upload) }),
);

const replace = statement(({ builder }, upload: UploadParameters & { expected: number }) =>
  builder
    .updateTable("upload")
    .set(toColumns(upload))
    .where((row) => row.and({ ...ofRepository(upload), id: upload.id, revision: upload.expected })),
);

const remove = statement(({ builder }, key: UploadKey) =>
  builder.deleteFrom("upload").where((row) => row.and({ ...ofRegistry(key), id: key.id })),
);

const end = statement(({ builder }, key: UploadKey & { expected: number }) =>
  builder
    .deleteFrom("upload")
    .where((row) => row.and({ ...ofRegistry(key), id: key.id, revision: key.expected })),
);
