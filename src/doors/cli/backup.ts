/** `entrepot backup`: what is asked, and what is said of it. */
import { megabytes } from "./results.ts";

export interface CopyProgress {
  readonly copiedBytes: number;
  readonly totalBytes: number;
}

export interface BackupWish {
  /** A file where it ends in `.tar`, else a directory. */
  readonly path: string;
  readonly includeMasterKey: boolean;
  /** Of the server that has the data directory open. */
  readonly endpoint: string | undefined;
  readonly onProgress: (progress: CopyProgress) => void;
}

export interface BackupResult {
  readonly path: string;
  readonly id: string;
  /** ISO 8601: what is in it is as of then. */
  readonly createdAt: string;
  readonly schemaVersion: number;
  /** Of each table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly objects: number;
  readonly objectBytes: number;
  readonly hasMasterKey: boolean;
  /** Where the key is that opens it. */
  readonly masterKeyFrom: string;
}

export function backupText(result: BackupResult): string {
  const { path, createdAt, rows, objects, objectBytes, hasMasterKey, masterKeyFrom } = result;
  const key = hasMasterKey
    ? "The master key is in it: whoever has the backup can read every image."
    : `The master key is not in it, and without the key the backup opens nothing: keep a copy of ${masterKeyFrom} elsewhere.`;
  return [
    `Wrote ${path}: ${rows.repository ?? 0} repositories, ${rows.image ?? 0} images and ` +
      `${objects} objects (${megabytes(objectBytes)}) as of ${createdAt}.`,
    key,
  ].join("\n");
}
