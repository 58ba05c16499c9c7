/** The rows of scans, as they are stored: see `tables.ts`. */
import type { AccountId, Digest, ObjectId, Region } from "../../../registry/names.ts";
import type { ScanStatus } from "../../../registry/scanning/image-scan.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

interface OfImage extends OfRegistry {
  /** The repository's id. */
  repository: string;
  digest: Digest;
}

export interface ImageScanTable extends OfImage {
  type: ScanType;
  status: ScanStatus;
  description: string | null;
  requested_at: number;
  ended_at: number | null;
  source_updated_at: number | null;
  advisories: string | null;
  /** JSON: by severity. */
  counts: string;
  /** The worst severity among them, as a number: see `severityRank`. */
  worst: number;
  findings: Uint8Array | null;
  findings_bytes: number | null;
}

export interface ImageInventoryTable extends OfImage {
  made_by: string;
  size_bytes: number;
  content: Uint8Array;
}

export interface LayerInventoryTable extends OfRegistry {
  object: ObjectId;
  made_by: string;
  size_bytes: number;
  wrapped_key: Uint8Array;
  content: Uint8Array;
  /** Of the layer; null where that is not known. */
  unpacked_bytes: number | null;
}

export interface ImageSketchTable extends OfImage {
  about: "PACKAGES" | ScanType;
  names: Uint8Array;
}

/** A part of an index of advisories. */
export interface AdvisoryPartTable {
  index_id: string;
  position: number;
  content: Uint8Array;
}

export interface ScanTables {
  advisory_index_part: AdvisoryPartTable;
  image_scan: ImageScanTable;
  image_inventory: ImageInventoryTable;
  image_sketch: ImageSketchTable;
  layer_inventory: LayerInventoryTable;
}
