import type { Digest, ObjectId, Registry } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import type {
  ImageScan,
  SealedDocument,
  StoredInventory,
  StoredLayerInventory,
} from "../registry/scanning/image-scan.ts";
import type { ScanType } from "../registry/scanning/scan-type.ts";
import type { PageRequest } from "./page-request.ts";

/** Which scan of which image. */
export type ScanKey = Pick<ImageScan, "repository" | "digest" | "type">;

/** What scans found, as a narrow table of the MetadataStore: the same promises. Goes with its image. */
export interface ScanReads {
  find(key: ScanKey): Promise<ImageScan | undefined>;
  /** Those of the images that were scanned so, in no order. */
  findMany(
    repository: RepositoryRef,
    type: ScanType,
    digests: readonly Digest[],
  ): Promise<ImageScan[]>;
  findings(key: ScanKey): Promise<SealedDocument | undefined>;
  inventory(repository: RepositoryRef, digest: Digest): Promise<StoredInventory | undefined>;
  layerInventory(registry: Registry, object: ObjectId): Promise<StoredLayerInventory | undefined>;
  /** Of every registry, by their keys. */
  listAll(page: PageRequest<ScanKey>): Promise<ImageScan[]>;
}

export interface ScanWrites {
  /** Overwrites. Without `findings` those that are there stay. The image is there, else it rejects. */
  put(scan: ImageScan, findings?: SealedDocument): Promise<void>;
  /** Overwrites. The image is there, else the transaction rejects. */
  putInventory(
    repository: RepositoryRef,
    digest: Digest,
    inventory: StoredInventory,
  ): Promise<void>;
  /** Overwrites; nothing where the object is gone. */
  putLayerInventory(
    registry: Registry,
    object: ObjectId,
    inventory: StoredLayerInventory,
  ): Promise<void>;
}
