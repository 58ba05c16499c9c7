import type { RowScratch, WrittenRows } from "../ports/archive.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import { copiedTables, type RowReads, type RowSource, type RowStore } from "../ports/row-copy.ts";
import { endCopy } from "../registry/unfinished-copy.ts";
import type { CopyProgress } from "./backup.ts";
import { carriedRows } from "./copy/carried-rows.ts";
import { objectsOf } from "./copy/copy-object.ts";
import { differences } from "./copy/differences.ts";
import { exportRows } from "./copy/export-rows.ts";
import { syncRows } from "./copy/sync-rows.ts";
import { type Verified, verifyCopy } from "./copy/verify-copy.ts";
import { type CopyTarget, claimTarget } from "./restore.ts";

export interface MigrationSource {
  readonly rows: RowSource;
  readonly blobs: Pick<BlobStore, "open">;
  /** What the store calls itself: no other has the same. */
  readonly store: string;
  /**
   * Whether nobody changes anything, so that what is copied is all that there will be.
   * `stillQuiet` tells at the end whether that was so. `undefined` while the source takes writes.
   */
  readonly quiet: { stillQuiet(): Promise<boolean> } | undefined;
}

export interface MigrateOptions {
  readonly verifyBytes: boolean;
  /** For the rows of the source. */
  readonly scratch: () => Promise<RowScratch>;
  readonly onProgress: (progress: CopyProgress) => void;
}

export interface Migrated {
  /** Whether the target has all that the source has, and may be served. */
  readonly finished: boolean;
  readonly resumed: boolean;
  /** Rows that this run wrote or removed. */
  readonly rows: number;
  /** Objects that this run copied, and their bytes. */
  readonly copiedObjects: number;
  readonly bytes: number;
  /** When it is finished. */
  readonly verified: Verified | undefined;
}

/**
 * Makes the target have what the source has, as far as it does not yet. While the source takes writes
 * this brings most of it over; once it takes none, the rest, and then everything is compared.
 * @throws when the target holds anything else, or the source changed although it was said not to
 */
export async function migrate(
  source: MigrationSource,
  target: CopyTarget,
  options: MigrateOptions,
): Promise<Migrated> {
  const { ports, rows, account } = target;
  if (source.rows.schemaVersion !== rows.schemaVersion) throw new Error("The schemas differ");
  const resumed = await claimTarget(target, `migration from ${source.store}`);
  const synced = await copyOnce(source, target, resumed, options);
  const done = { resumed, rows: synced.rows, copiedObjects: synced.objects, bytes: synced.bytes };
  if (source.quiet === undefined) return { finished: false, ...done, verified: undefined };

  const differing = await source.rows.snapshot((reads) => firstDifference(reads, rows));
  if (differing !== undefined || !(await source.quiet.stillQuiet())) {
    throw new Error(
      "The source took writes while it was copied" +
        `${differing === undefined ? "" : ` (rows of ${differing} differ)`}: serve it read-only, or ` +
        "stop it, and run this again.",
    );
  }
  const { verifyBytes } = options;
  const verified = await verifyCopy(ports, { verifyBytes, isResumed: resumed });
  await endCopy(ports.metadata, account);
  return { finished: true, ...done, verified };
}

async function copyOnce(
  source: MigrationSource,
  { ports, rows, checkKeys }: CopyTarget,
  isResumed: boolean,
  { scratch, onProgress }: MigrateOptions,
) {
  const draft = await scratch();
  try {
    const { unsealed, objectBytes: totalBytes } = await exportRows(source.rows, draft);
    if (unsealed > 0 && !ports.blobs.encrypts) {
      throw new Error(
        `The source's bucket encrypts ${unsealed} objects by itself, and the target would keep them ` +
          "in the clear: choose a bucket that encrypts.",
      );
    }
    const wanted: WrittenRows = await draft.finish();
    let copiedBytes = 0;
    return await syncRows({
      wanted,
      rows,
      blobs: ports.blobs,
      objects: objectsOf(source.blobs),
      isResumed,
      keysAreThere: checkKeys,
      copied: (bytes) => {
        copiedBytes += bytes;
        onProgress({ copiedBytes, totalBytes });
      },
    });
  } finally {
    await draft.discard();
  }
}

/** The first table of which not every row is the same in both; `undefined` when they are equal. */
async function firstDifference(source: RowReads, target: RowStore): Promise<string | undefined> {
  for (const table of copiedTables) {
    const found = differences(table, carriedRows(source, table), carriedRows(target, table));
    for await (const _ of found) return table.name;
  }
  return undefined;
}
