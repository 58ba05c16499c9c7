import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { ScanType } from "./scan-type.ts";

/** ECR's words, without the one for archived images, which their state tells. Source: spec 8.5. */
export const scanStatuses = [
  "PENDING",
  "IN_PROGRESS",
  "COMPLETE",
  "ACTIVE",
  "FAILED",
  "UNSUPPORTED_IMAGE",
  "SCAN_ELIGIBILITY_EXPIRED",
] as const;
export type ScanStatus = (typeof scanStatuses)[number];

/** How many findings of each severity there are; none of zero. */
export type SeverityCounts = Readonly<Record<string, number>>;

/** How one image was scanned, basic or enhanced. What was found is beside it, sealed. */
export interface ImageScan {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  readonly type: ScanType;
  readonly status: ScanStatus;
  /** Why it is so, for people. */
  readonly description: string | undefined;
  /** Milliseconds since the epoch, as all times. */
  readonly requestedAt: number;
  /** When there was a result last, good or bad. */
  readonly endedAt: number | undefined;
  /** Of what the findings come from: when its data changed last. */
  readonly sourceUpdatedAt: number | undefined;
  /** Which advisories they come from: the version of an index. */
  readonly advisories: string | undefined;
  readonly counts: SeverityCounts;
}

/** Bytes that only who may use the repository's key can open. */
export interface SealedDocument {
  /** Of the plaintext. */
  readonly sizeBytes: number;
  readonly content: Uint8Array;
}

/** What is in an image, kept so that it is matched again without its layers being read. */
export interface StoredInventory extends SealedDocument {
  /** The analyzers that made it, with their versions. */
  readonly madeBy: string;
}

/** What is in a layer, kept so that it is read once, whichever images it is in. */
export interface StoredLayerInventory extends StoredInventory {
  readonly wrappedKey: Uint8Array;
  /** Bytes of the uncompressed archive, outside of what is sealed. */
  readonly unpackedBytes?: number | undefined;
}
