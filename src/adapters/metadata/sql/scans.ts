import { sql } from "kysely";
import type { PageRequest } from "../../../ports/page-request.ts";
import type { ScanKey, ScanReads, ScanWrites } from "../../../ports/scan-store.ts";
import type { AccountId, Digest, ObjectId, Region, Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type {
  ImageScan,
  SealedDocument,
  SeverityCounts,
  StoredInventory,
  StoredLayerInventory,
} from "../../../registry/scanning/image-scan.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import type { ImageInventoryTable, ImageScanTable, LayerInventoryTable } from "./scan-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlScans implements ScanReads, ScanWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(key: ScanKey): Promise<ImageScan | undefined> {
    const row = await this.#session.first(find, scanKey(key));
    return row && toScan(row);
  }

  async findMany(
    repository: RepositoryRef,
    type: ScanType,
    digests: readonly Digest[],
  ): Promise<ImageScan[]> {
    const key = { ...repositoryKey(repository), type };
    return (await several.all(this.#session, key, digests)).map(toScan);
  }

  async findings(key: ScanKey): Promise<SealedDocument | undefined> {
    const row = await this.#session.first(findings, scanKey(key));
    if (row?.findings == null || row.findings_bytes === null) return undefined;
    return { sizeBytes: row.findings_bytes, content: row.findings };
  }

  async inventory(repository: RepositoryRef, digest: Digest): Promise<StoredInventory | undefined> {
    const row = await this.#session.first(inventory, { ...repositoryKey(repository), digest });
    return row && { madeBy: row.made_by, sizeBytes: row.size_bytes, content: row.content };
  }

  async layerInventory(
    registry: Registry,
    object: ObjectId,
  ): Promise<StoredLayerInventory | undefined> {
    const row = await this.#session.first(layerInventory, { ...registryKey(registry), object });
    return (
      row && {
        ...{ madeBy: row.made_by, wrappedKey: row.wrapped_key },
        ...{ sizeBytes: row.size_bytes, content: row.content },
      }
    );
  }

  async listAll({ after = beforeAll, limit }: PageRequest<ScanKey>): Promise<ImageScan[]> {
    return (await this.#session.all(listAll, { ...scanKey(after), limit })).map(toScan);
  }

  async put(scan: ImageScan, document?: SealedDocument): Promise<void> {
    const row = { ...toRow(scan), findings: null, findings_bytes: null };
    if (document === undefined) return this.#session.later(putStatus, row);
    const { content: findings, sizeBytes: findings_bytes } = document;
    await this.#session.later(put, { ...row, findings, findings_bytes });
  }

  async putInventory(
    repository: RepositoryRef,
    digest: Digest,
    { madeBy, sizeBytes, content }: StoredInventory,
  ): Promise<void> {
    await this.#session.later(putInventory, {
      ...{ ...repositoryKey(repository), digest, content },
      ...{ made_by: madeBy, size_bytes: sizeBytes },
    });
  }

  async putLayerInventory(
    registry: Registry,
    object: ObjectId,
    { madeBy, sizeBytes, wrappedKey, content }: StoredLayerInventory,
  ): Promise<void> {
    await this.#session.later(putLayerInventory, {
      ...{ ...registryKey(registry), object, content },
      ...{ made_by: madeBy, size_bytes: sizeBytes, wrapped_key: wrappedKey },
    });
  }
}

const beforeAll: ScanKey = {
  repository: { registry: { account: "" as AccountId, region: "" as Region }, id: "" },
  digest: "" as Digest,
  type: "" as ScanType,
};

type ImageKey = RepositoryKey & { readonly digest: Digest };
type TypedKey = ImageKey & { readonly type: ScanType };

function scanKey({ repository, digest, type }: ScanKey): TypedKey {
  return { ...repositoryKey(repository), digest, type };
}

type ScanRow = Omit<ImageScanTable, "findings" | "findings_bytes">;

function toScan(row: ScanRow): ImageScan {
  return {
    repository: { registry: registryKey(row), id: row.repository },
    digest: row.digest,
    type: row.type,
    status: row.status,
    description: row.description ?? undefined,
    requestedAt: row.requested_at,
    endedAt: row.ended_at ?? undefined,
    sourceUpdatedAt: row.source_updated_at ?? undefined,
    advisories: row.advisories ?? undefined,
    counts: JSON.parse(row.counts) as SeverityCounts,
  };
}

function toRow(scan: ImageScan): Fields<ScanRow> {
  return {
    ...scanKey(scan),
    status: scan.status,
    description: scan.description ?? null,
    requested_at: scan.requestedAt,
    ended_at: scan.endedAt ?? null,
    source_updated_at: scan.sourceUpdatedAt ?? null,
    advisories: scan.advisories ?? null,
    counts: JSON.stringify(scan.counts),
  };
}

/** Without what was found, which may be large. */
const columns = [
  ...(["account", "region", "repository", "digest", "type", "status", "description"] as const),
  ...(["requested_at", "ended_at", "source_updated_at", "advisories", "counts"] as const),
];

const find = statement(({ builder }, key: TypedKey) =>
  builder
    .selectFrom("image_scan")
    .select(columns)
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest, type: key.type })),
);

const several = new ListStatement(({ builder }, key: RepositoryKey & { type: ScanType }, digests) =>
  builder
    .selectFrom("image_scan")
    .select(columns)
    .where((row) => row.and({ ...ofRepository(key), type: key.type }))
    .where("digest", "in", digests as Digest[]),
);

const findings = statement(({ builder }, key: TypedKey) =>
  builder
    .selectFrom("image_scan")
    .select(["findings", "findings_bytes"])
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest, type: key.type })),
);

const listAll = statement(({ builder }, page: TypedKey & { limit: number }) =>
  builder
    .selectFrom("image_scan")
    .select(columns)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("account", "region", "repository", "digest", "type"),
        ">",
        tuple(page.account, page.region, page.repository, page.digest, page.type),
      ),
    )
    .orderBy("account")
    .orderBy("region")
    .orderBy("repository")
    .orderBy("digest")
    .orderBy("type")
    .limit(page.limit),
);

const upserted = (row: Fields<ImageScanTable>) => ({
  status: row.status,
  description: row.description,
  requested_at: row.requested_at,
  ended_at: row.ended_at,
  source_updated_at: row.source_updated_at,
  advisories: row.advisories,
  counts: row.counts,
});

const putAs = (withFindings: boolean) =>
  statement(({ builder }, row: Fields<ImageScanTable>) => {
    const found = { findings: row.findings, findings_bytes: row.findings_bytes };
    const changed = withFindings ? { ...upserted(row), ...found } : upserted(row);
    return builder
      .insertInto("image_scan")
      .values({
        ...{ ...ofRepository(row), digest: row.digest, type: row.type },
        ...upserted(row),
        ...found,
      })
      .onConflict((conflict) =>
        conflict
          .columns(["account", "region", "repository", "digest", "type"])
          .doUpdateSet(changed),
      );
  });
const put = putAs(true);
const putStatus = putAs(false);

const inventory = statement(({ builder }, key: ImageKey) =>
  builder
    .selectFrom("image_inventory")
    .select(["made_by", "size_bytes", "content"])
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

const putInventory = statement(({ builder }, row: Fields<ImageInventoryTable>) => {
  const made = { made_by: row.made_by, size_bytes: row.size_bytes, content: row.content };
  return builder
    .insertInto("image_inventory")
    .values({ ...ofRepository(row), digest: row.digest, ...made })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository", "digest"]).doUpdateSet(made),
    );
});

type ObjectKey = RegistryKey & { readonly object: ObjectId };

const layerInventory = statement(({ builder }, key: ObjectKey) =>
  builder
    .selectFrom("layer_inventory")
    .select(["made_by", "size_bytes", "wrapped_key", "content"])
    .where((row) => row.and({ ...ofRegistry(key), object: key.object })),
);

const putLayerInventory = statement(({ builder }, row: Fields<LayerInventoryTable>) =>
  builder
    .insertInto("layer_inventory")
    .columns(["account", "region", "object", "made_by", "size_bytes", "wrapped_key", "content"])
    .expression(({ selectFrom, val }) =>
      selectFrom("object")
        .select(["account", "region", "id as object"])
        .select([
          val(row.made_by).as("made_by"),
          val(row.size_bytes).as("size_bytes"),
          val(row.wrapped_key).as("wrapped_key"),
          val(row.content).as("content"),
        ])
        .where((object) => object.and({ ...ofRegistry(row), id: row.object })),
    )
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "object"]).doUpdateSet({
        made_by: sql`excluded.made_by`,
        size_bytes: sql`excluded.size_bytes`,
        wrapped_key: sql`excluded.wrapped_key`,
        content: sql`excluded.content`,
      }),
    ),
);

/** What goes with an image when it is removed: before it, as these rows refer to it. */
export const removeScans = (["image_scan", "image_inventory"] as const).map((table) =>
  statement(({ builder }, key: ImageKey) =>
    builder.deleteFrom(table).where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
  ),
);

/** What goes with an object when it is removed. */
export const removeLayerInventory = statement(({ builder }, key: ObjectKey) =>
  builder
    .deleteFrom("layer_inventory")
    .where((row) => row.and({ ...ofRegistry(key), object: key.object })),
);
