import type { Image } from "../registry/images/image.ts";
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

/** Where a listing of images stands. */
export interface ImagePlace {
  readonly repositoryId: string;
  readonly digest: Digest;
}

/** What a scan found, as it is kept. */
export interface StoredFindings extends SealedDocument {
  /** When all of it was found to be so last, where that was later than it was sealed. */
  readonly observedAt: number | undefined;
}

/** A document with the sketch of its names: see `name-sketch.ts`. */
export interface Named {
  readonly names: Uint8Array;
}

/** A scan with the sketch of what it found, if there is one. */
export interface NamedScan {
  readonly scan: ImageScan;
  readonly findingNames: Uint8Array | undefined;
}

/** A scan with its image and what both may hold; sketches that there are none of are absent. */
export interface SketchedScan {
  readonly scan: ImageScan;
  readonly image: Image;
  /** Of what is in the image. */
  readonly packageNames: Uint8Array | undefined;
  /** Of what the scan found. */
  readonly findingNames: Uint8Array | undefined;
}

/** Which advisories findings come from, and when that was held to be so. */
export type AdvisoriesOfScan = Pick<ImageScan, "advisories" | "sourceUpdatedAt" | "endedAt">;

/** One end of a scan: of another one it is not known what it came to. */
export type EndedScan = {
  readonly [Name in "advisories" | "endedAt"]: NonNullable<ImageScan[Name]>;
};

/** What scans found, as a narrow table of the MetadataStore: the same promises. Goes with its image. */
export interface ScanReads {
  find(key: ScanKey): Promise<ImageScan | undefined>;
  /** Those of the images that were scanned so, in no order. */
  findMany(
    repository: RepositoryRef,
    type: ScanType,
    digests: readonly Digest[],
  ): Promise<ImageScan[]>;
  findings(key: ScanKey): Promise<StoredFindings | undefined>;
  inventory(repository: RepositoryRef, digest: Digest): Promise<StoredInventory | undefined>;
  layerInventory(registry: Registry, object: ObjectId): Promise<StoredLayerInventory | undefined>;
  /** How large those of the objects are unpacked of which that is known. */
  unpackedLayers(
    registry: Registry,
    objects: readonly ObjectId[],
  ): Promise<ReadonlyMap<ObjectId, number>>;
  /** Those of a registry that are of that type, by repository (its id) and digest. */
  ofRegistry(
    registry: Registry,
    type: ScanType,
    page: PageRequest<ImagePlace>,
  ): Promise<NamedScan[]>;
  /** Of every registry, by their keys. */
  listAll(page: PageRequest<ScanKey>): Promise<ImageScan[]>;
  /** How many of a repository's images, and itself, tell another worst finding than their scans. */
  countWrongWorst(repository: RepositoryRef): Promise<number>;
  /** Of every registry, by their keys, those of a type that are `ACTIVE`. */
  listSketched(type: ScanType, page: PageRequest<ScanKey>): Promise<SketchedScan[]>;
}

export interface ScanWrites {
  /** Overwrites. Without `findings` those that are there stay. The image is there, else it rejects. */
  put(scan: ImageScan, findings?: SealedDocument & Named): Promise<void>;
  /** Has them tell what their scans do. Resolves to how many did not. */
  recountWorst(repository: RepositoryRef): Promise<number>;
  /**
   * Says of scans of one type in one repository that they hold for other advisories too: of those that
   * are `ACTIVE`, still come from the advisories `from`, and have not ended anew since.
   */
  setAdvisories(
    repository: RepositoryRef,
    type: ScanType,
    digests: readonly Digest[],
    change: { readonly from: EndedScan; readonly to: AdvisoriesOfScan },
  ): Promise<void>;
  /** Overwrites. The image is there, else the transaction rejects. */
  putInventory(
    repository: RepositoryRef,
    digest: Digest,
    inventory: StoredInventory & Named,
  ): Promise<void>;
  /** Overwrites the sketch of what is in an image, or of what was found. The image is there, else it rejects. */
  putNames(
    repository: RepositoryRef,
    digest: Digest,
    about: "PACKAGES" | ScanType,
    names: Uint8Array,
  ): Promise<void>;
  /** Overwrites; nothing where the object is gone. */
  putLayerInventory(
    registry: Registry,
    object: ObjectId,
    inventory: StoredLayerInventory,
  ): Promise<void>;
}
