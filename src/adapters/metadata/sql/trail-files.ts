import type {
  DigestChainReads,
  DigestChainWrites,
  TrailFileReads,
  TrailFileWrites,
} from "../../../ports/trail-store.ts";
import type { Registry } from "../../../registry/names.ts";
import type { DigestChain, TrailFile, WrittenFile } from "../../../registry/trails/trail.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import type { TrailDigestTable, TrailFileTable } from "./trail-tables.ts";

export class SqlTrailFiles implements TrailFileReads, TrailFileWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async unwritten(trail: string, limit: number): Promise<TrailFile[]> {
    return (await this.#session.all(unwritten, { trail, limit })).map(toFile);
  }

  async ofDigest(trail: string, registry: Registry, digest: string): Promise<TrailFile[]> {
    const key = { trail, ...registryKey(registry), digest };
    return (await this.#session.all(ofDigest, key)).map(toFile);
  }

  async undigested(trail: string): Promise<Registry[]> {
    return (await this.#session.all(undigested, { trail })).map(registryKey);
  }

  async insert(file: TrailFile): Promise<void> {
    await this.#session.later(insert, toRow(file));
  }

  async setWritten(file: TrailFile): Promise<boolean> {
    return (await this.#session.change(setWritten, toRow(file))) > 0;
  }

  async assign(trail: string, registry: Registry, digest: string): Promise<void> {
    await this.#session.later(assign, { trail, ...registryKey(registry), digest });
  }

  async remove({ trail, registry, id }: Pick<TrailFile, "trail" | "registry" | "id">) {
    await this.#session.later(remove, { trail, ...registryKey(registry), id });
  }

  async removeOfDigest(trail: string, registry: Registry, digest: string): Promise<void> {
    await this.#session.later(removeOfDigest, { trail, ...registryKey(registry), digest });
  }

  async removeOfTrail(trail: string): Promise<void> {
    await this.#session.later(removeFiles, { trail });
  }
}

export class SqlDigestChains implements DigestChainReads, DigestChainWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(trail: string, registry: Registry): Promise<DigestChain | undefined> {
    const row = await this.#session.first(findChain, { trail, ...registryKey(registry) });
    return row && toChain(row);
  }

  async ofTrail(trail: string): Promise<DigestChain[]> {
    return (await this.#session.all(chainsOf, { trail })).map(toChain);
  }

  async put({ trail, registry, ...chain }: DigestChain): Promise<void> {
    const row = { trail, ...registryKey(registry), chain: JSON.stringify(chain) };
    await this.#session.later(putChain, row);
  }

  async removeOfTrail(trail: string): Promise<void> {
    await this.#session.later(removeChains, { trail });
  }
}

function toFile(row: TrailFileTable): TrailFile {
  return {
    ...{ trail: row.trail, registry: registryKey(row), id: row.id, object: row.object },
    ...{ plannedAt: row.planned_at, digest: row.digest },
    written: row.written === null ? undefined : (JSON.parse(row.written) as WrittenFile),
  };
}

function toRow(file: TrailFile): Fields<TrailFileTable> {
  return {
    ...{ trail: file.trail, ...registryKey(file.registry), id: file.id, object: file.object },
    ...{ planned_at: file.plannedAt, digest: file.digest },
    written: file.written === undefined ? null : JSON.stringify(file.written),
  };
}

function toChain({ trail, account, region, chain }: TrailDigestTable): DigestChain {
  const rest = JSON.parse(chain) as Omit<DigestChain, "trail" | "registry">;
  return { trail, registry: { account, region }, ...rest };
}

type OfTrail = RegistryKey & { readonly trail: string };
type FileKey = OfTrail & { readonly id: string };

const unwritten = statement(({ builder }, page: { trail: string; limit: number }) =>
  builder
    .selectFrom("trail_file")
    .selectAll()
    .where("trail", "=", page.trail)
    .where("written", "is", null)
    .orderBy("planned_at")
    .orderBy("id")
    .limit(page.limit),
);

const ofDigest = statement(({ builder }, key: OfTrail & { digest: string }) =>
  builder
    .selectFrom("trail_file")
    .selectAll()
    .where((row) => row.and({ trail: key.trail, ...ofRegistry(key), digest: key.digest }))
    .where("written", "is not", null)
    .orderBy("id"),
);

const undigested = statement(({ builder }, { trail }: { trail: string }) =>
  builder
    .selectFrom("trail_file")
    .select(["account", "region"])
    .distinct()
    .where("trail", "=", trail)
    .where("digest", "=", "")
    .where("written", "is not", null),
);

const insert = statement(({ builder }, row: Fields<TrailFileTable>) =>
  builder.insertInto("trail_file").values({
    ...{ trail: row.trail, ...ofRegistry(row), id: row.id, planned_at: row.planned_at },
    ...{ object: row.object, written: row.written, digest: row.digest },
  }),
);

const setWritten = statement(({ builder }, row: Fields<TrailFileTable>) =>
  builder
    .updateTable("trail_file")
    .set({ written: row.written })
    .where((each) => each.and({ trail: row.trail, ...ofRegistry(row), id: row.id }))
    .where("written", "is", null),
);

const assign = statement(({ builder }, key: OfTrail & { digest: string }) =>
  builder
    .updateTable("trail_file")
    .set({ digest: key.digest })
    .where((row) => row.and({ trail: key.trail, ...ofRegistry(key), digest: "" }))
    .where("written", "is not", null),
);

const remove = statement(({ builder }, key: FileKey) =>
  builder
    .deleteFrom("trail_file")
    .where((row) => row.and({ trail: key.trail, ...ofRegistry(key), id: key.id })),
);

const removeOfDigest = statement(({ builder }, key: OfTrail & { digest: string }) =>
  builder
    .deleteFrom("trail_file")
    .where((row) => row.and({ trail: key.trail, ...ofRegistry(key), digest: key.digest }))
    .where("written", "is not", null),
);

const removeFiles = statement(({ builder }, { trail }: { trail: string }) =>
  builder.deleteFrom("trail_file").where("trail", "=", trail),
);

const findChain = statement(({ builder }, key: OfTrail) =>
  builder
    .selectFrom("trail_digest")
    .selectAll()
    .where((row) => row.and({ trail: key.trail, ...ofRegistry(key) })),
);

const chainsOf = statement(({ builder }, { trail }: { trail: string }) =>
  builder
    .selectFrom("trail_digest")
    .selectAll()
    .where("trail", "=", trail)
    .orderBy("account")
    .orderBy("region"),
);

const putChain = statement(({ builder }, row: Fields<TrailDigestTable>) =>
  builder
    .insertInto("trail_digest")
    .values({ trail: row.trail, ...ofRegistry(row), chain: row.chain })
    .onConflict((conflict) =>
      conflict.columns(["trail", "account", "region"]).doUpdateSet({ chain: row.chain }),
    ),
);

const removeChains = statement(({ builder }, { trail }: { trail: string }) =>
  builder.deleteFrom("trail_digest").where("trail", "=", trail),
);
