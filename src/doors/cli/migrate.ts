/** `entrepot migrate`: what is asked, and what is said of it. */
import type { CopyProgress } from "./backup.ts";
import { type CheckedCopy, checkedLines } from "./restore.ts";
import { megabytes } from "./results.ts";

export interface MigrateWish {
  /** Settings files. */
  readonly from: string;
  readonly to: string;
  /** Of the server that has the source's data directory open. */
  readonly endpoint: string | undefined;
  /** The operator's word that every replica of the source is stopped or serves read-only. */
  readonly sourceIsReadOnly: boolean;
  readonly verifyBytes: boolean;
  readonly onProgress: (progress: CopyProgress) => void;
}

export interface MigrateResult {
  readonly finished: boolean;
  readonly resumed: boolean;
  /** That this run wrote or removed. */
  readonly rows: number;
  readonly copiedObjects: number;
  readonly bytes: number;
  readonly verified: CheckedCopy | undefined;
}

export function migrateText(result: MigrateResult): string {
  const { finished, rows, copiedObjects, bytes, verified } = result;
  const lines = [`Copied ${copiedObjects} objects (${megabytes(bytes)}) and ${rows} rows.`];
  if (verified !== undefined) lines.push(...checkedLines(verified));
  lines.push(
    finished
      ? "The migration is finished: serve the target, and do not let anybody write to the source."
      : "The source still takes writes, so the migration is not finished: serve it read-only, or " +
          "stop it, and run this again for the rest.",
  );
  return lines.join("\n");
}
