import { sql } from "kysely";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  AdvisoriesOfScan,
  EndedScan,
  ImagePlace,
  Named,
  NamedScan,
  ScanKey,
  ScanReads,
  ScanWrites,
  SketchedScan,
  StoredFindings,
} from "../../../ports/scan-store.ts";
import type { Digest, ObjectId, Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import type {
  ImageScan,
  SealedDocument,
  StoredInventory,
  StoredLayerInventory,
} from "../../../registry/scanning/image-scan.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import { toImage } from "./image-row.ts";
import { listNamed, listSketched, putSketch, setAdvisories } from "./image-sketches.ts";
import {
  ofRegistry,
  ofRepository,
  type RegistryKey,
  type RepositoryKey,
  registryKey,
  repositoryKey,
} from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import {
  beforeAll,
  type ImageKey,
  scanColumns,
  scanKey,
  type TypedKey,
  toRow,
  toScan,
} from "./scan-row.ts";
import type { ImageInventoryTable, ImageScanTable, LayerInventoryTable } from "./scan-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";
import { countWrongWorst, recountWorst, withScan } from "./worst-findings.ts";

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

  async findings(key: ScanKey): Promise<StoredFindings | undefined> {
    const row = await this.#session.first(findings, scanKey(key));
    if (row?.findings == null || row.findings_bytes === null) return undefined;
    // Of others the end may be that of an attempt that found nothing.
    const isHeld = row.status === "ACTIVE" || row.status === "SCAN_ELIGIBILITY_EXPIRED";
    const observedAt = isHeld ? (row.ended_at ?? undefined) : undefined;
    return { sizeBytes: row.findings_bytes, content: row.findings, observedAt };
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
        ...(row.unpacked_bytes !== null && { unpackedBytes: row.unpacked_bytes }),
      }
    );
  }

  async unpackedLayers(
    registry: Registry,
    objects: readonly ObjectId[],
  ): Promise<ReadonlyMap<ObjectId, number>> {
    const rows = await unpacked.all(this.#session, registryKey(registry), objects);
    return new Map(
      rows.flatMap(({ object, unpacked_bytes }) =>
        unpacked_bytes === null ? [] : [[object, unpacked_bytes]],
      ),
    );
  }

  async ofRegistry(
    registry: Registry,
    type: ScanType,
    { after, limit }: PageRequest<ImagePlace>,
  ): Promise<NamedScan[]> {
    const { repositoryId: repository = "", digest = "" as Digest } = after ?? {};
    const page = { ...registryKey(registry), repository, digest, type, limit };
    const rows = await this.#session.all(listNamed, page);
    return rows.map((row) => ({ scan: toScan(row), findingNames: row.finding_names ?? undefined }));
  }

  async listAll({ after = beforeAll, limit }: PageRequest<ScanKey>): Promise<ImageScan[]> {
    return (await this.#session.all(listAll, { ...scanKey(after), limit })).map(toScan);
  }

  countWrongWorst(repository: RepositoryRef): Promise<number> {
    return countWrongWorst(this.#session, repositoryKey(repository));
  }

  recountWorst(repository: RepositoryRef): Promise<number> {
    return recountWorst(this.#session, repositoryKey(repository));
  }

  async listSketched(
    type: ScanType,
    { after = beforeAll, limit }: PageRequest<ScanKey>,
  ): Promise<SketchedScan[]> {
    const rows = await this.#session.all(listSketched, { ...scanKey(after), wanted: type, limit });
    return rows.map((row) => {
      const scan = toScan(row);
      const [packageNames, findingNames] = [row.package_names, row.finding_names];
      return {
        ...{ scan, image: toImage(row, scan.repository) },
        ...{ packageNames: packageNames ?? undefined, findingNames: findingNames ?? undefined },
      };
    });
  }

  async put(scan: ImageScan, document?: SealedDocument & Named): Promise<void> {
    const row = { ...toRow(scan), findings: null, findings_bytes: null };
    const key = scanKey(scan);
    if (document === undefined) {
      const keeping = [this.#session.command(putStatus, row)];
      return this.#session.allLater(withScan(this.#session, key, keeping));
    }
    const { content: findings, sizeBytes: findings_bytes, names } = document;
    const keeping = [
      this.#session.command(put, { ...row, findings, findings_bytes }),
      this.#session.command(putSketch, { ...key, about: scan.type, names }),
    ];
    await this.#session.allLater(withScan(this.#session, key, keeping));
  }

  async setAdvisories(
    repository: RepositoryRef,
    type: ScanType,
    digests: readonly Digest[],
    { from, to }: { readonly from: EndedScan; readonly to: AdvisoriesOfScan },
  ): Promise<void> {
    const key = {
      ...{ ...repositoryKey(repository), type },
      ...{ before: from.advisories, ended_before: from.endedAt, advisories: to.advisories ?? null },
      ...{ source_updated_at: to.sourceUpdatedAt ?? null, ended_at: to.endedAt ?? null },
    };
    await setAdvisories.later(this.#session, key, digests);
  }

  async putInventory(
    repository: RepositoryRef,
    digest: Digest,
    { madeBy, sizeBytes, content, names }: StoredInventory & Named,
  ): Promise<void> {
    const key = { ...repositoryKey(repository), digest };
    await this.#session.allLater([
      this.#session.command(putInventory, {
        ...{ ...key, content, made_by: madeBy, size_bytes: sizeBytes },
      }),
      this.#session.command(putSketch, { ...key, about: "PACKAGES", names }),
    ]);
  }

  async putNames(
    repository: RepositoryRef,
    digest: Digest,
    about: "PACKAGES" | ScanType,
    names: Uint8Array,
  ): Promise<void> {
    await this.#session.later(putSketch, { ...repositoryKey(repository), digest, about, names });
  }

  async putLayerInventory(
    registry: Registry,
    object: ObjectId,
    { madeBy, sizeBytes, wrappedKey, content, unpackedBytes }: StoredLayerInventory,
  ): Promise<void> {
    await this.#session.later(putLayerInventory, {
      ...{ ...registryKey(registry), object, content },
      ...{ made_by: madeBy, size_bytes: sizeBytes, wrapped_key: wrappedKey },
      unpacked_bytes: unpackedBytes ?? null,
    });
  }
}

const find = statement(({ builder }, key: TypedKey) =>
  builder
    .selectFrom("image_scan")
    .select(scanColumns)
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest, type: key.type })),
);

const several = new ListStatement(({ builder }, key: RepositoryKey & { type: ScanType }, digests) =>
  builder
    .selectFrom("image_scan")
    .select(scanColumns)
    .where((row) => row.and({ ...ofRepository(key), type: key.type }))
    .where("digest", "in", digests as Digest[]),
);

const findings = statement(({ builder }, key: TypedKey) =>
  builder
    .selectFrom("image_scan")
    .select(["status", "ended_at", "findings", "findings_bytes"])
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest, type: key.type })),
);

const listAll = statement(({ builder }, page: TypedKey & { limit: number }) =>
  builder
    .selectFrom("image_scan")
    .select(scanColumns)
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
  worst: row.worst,
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
    .select(["made_by", "size_bytes", "wrapped_key", "content", "unpacked_bytes"])
    .where((row) => row.and({ ...ofRegistry(key), object: key.object })),
);

const unpacked = new ListStatement(({ builder }, key: RegistryKey, objects) =>
  builder
    .selectFrom("layer_inventory")
    .select(["object", "unpacked_bytes"])
    .where((row) => row.and(ofRegistry(key)))
    .where("object", "in", objects as ObjectId[]),
);

const putLayerInventory = statement(({ builder }, row: Fields<LayerInventoryTable>) =>
  builder
    .insertInto("layer_inventory")
    .columns([
      ...(["account", "region", "object", "made_by", "size_bytes", "wrapped_key"] as const),
      ...(["content", "unpacked_bytes"] as const),
    ])
    .expression(({ selectFrom, val, cast }) =>
      selectFrom("object")
        .select(["account", "region", "id as object"])
        .select([
          val(row.made_by).as("made_by"),
          val(row.size_bytes).as("size_bytes"),
          val(row.wrapped_key).as("wrapped_key"),
          val(row.content).as("content"),
          cast<number | null>(val(row.unpacked_bytes), "bigint").as("unpacked_bytes"),
        ])
        .where((object) => object.and({ ...ofRegistry(row), id: row.object })),
    )
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "object"]).doUpdateSet({
        made_by: sql`excluded.made_by`,
        size_bytes: sql`excluded.size_bytes`,
        wrapped_key: sql`excluded.wrapped_key`,
        content: sql`excluded.content`,
        unpacked_bytes: sql`excluded.unpacked_bytes`,
      }),
    ),
);

/** What goes with an image when it is removed: before it, as these rows refer to it. */
export const removeScans = (
  ["image_scan", "image_inventory", "image_sketch", "image_verdict", "vex_vouch"] as const
).map((table) =>
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
