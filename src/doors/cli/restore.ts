/** `entrepot restore`: what is asked, and what is said of it. */
import type { CopyProgress } from "./backup.ts";
import { megabytes } from "./results.ts";

export interface RestoreWish {
  readonly path: string;
  readonly verifyBytes: boolean;
  readonly onProgress: (progress: CopyProgress) => void;
}

/** What was found in a copy. */
export interface CheckedCopy {
  readonly repositories: number;
  readonly images: number;
  readonly layers: number;
  readonly objects: number;
  /** 0 where only presence and length were looked at. */
  readonly verifiedBytes: number;
  readonly problems: readonly string[];
}

export interface RestoreResult extends CheckedCopy {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Whether an earlier run had been broken off. */
  readonly resumed: boolean;
  /** Of objects that this run copied. */
  readonly bytes: number;
  readonly into: string;
}

export function restoreText(result: RestoreResult): string {
  const { createdAt, resumed, bytes, into } = result;
  const went = resumed ? "Went on with and finished" : "Restored";
  return [
    `${went} the backup of ${createdAt} into ${into}: copied ${megabytes(bytes)}.`,
    ...checkedLines(result),
  ].join("\n");
}

export function checkedLines(found: CheckedCopy): string[] {
  const { repositories, images, layers, objects, verifiedBytes, problems } = found;
  const opened =
    verifiedBytes > 0
      ? `opened all of them (${megabytes(verifiedBytes)})`
      : "their lengths are right";
  return [
    `Recounted ${repositories} repositories, ${images} images, ${layers} layers and ${objects} ` +
      `objects; ${opened}.`,
    ...problems.map((problem) => `FAULT   ${problem}`),
    problems.length === 0
      ? "Everything is whole."
      : `Faults: ${problems.length}. All that there was is copied: they were there before.`,
  ];
}
