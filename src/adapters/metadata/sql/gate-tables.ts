/** The rows of gates, as they are stored: see `tables.ts`. */
import type { Review, ReviewState, VerdictState } from "../../../registry/gates/gate.ts";
import type { AccountId, Digest, Region } from "../../../registry/names.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

interface OfImage extends OfRegistry {
  /** The repository's id. */
  repository: string;
  digest: Digest;
}

export interface GateTable extends OfRegistry {
  name: string;
  /** JSON. */
  rule: string;
  created_at: number;
  updated_at: number;
  applied_at: number | null;
}

export interface ImageVerdictTable extends OfImage {
  state: VerdictState;
  /** JSON. */
  reasons: string;
  review: ReviewState | null;
  changed_at: number;
  judged_at: number | null;
}

export interface ImageQuarantineTable extends OfImage {
  reason: string;
  by_principal: string;
  at: number;
}

export interface ImageReviewTable extends OfImage {
  reviewer: string;
  decision: Review["decision"];
  comment: string;
  at: number;
  until: number | null;
  ended_at: number | null;
  ended_because: string | null;
}

export interface GateTables {
  gate: GateTable;
  image_verdict: ImageVerdictTable;
  image_quarantine: ImageQuarantineTable;
  image_review: ImageReviewTable;
}
