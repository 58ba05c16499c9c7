/** What the main thread and an analysis thread say to each other. Memory moves with the pieces. */
import type { LayerInventory } from "../../registry/scanning/layer-inventory.ts";
import type { LayerLimits } from "../../registry/scanning/layer-limits.ts";
import type { LayerRefusal } from "../../registry/scanning/layer-refused.ts";

/** What a thread is started with. */
export interface AnalysisThreadData {
  readonly limits: LayerLimits;
}

/** One layer after the other: what comes after its answer and before the next beginning is not heeded. */
export type AnalysisOrder =
  | { readonly kind: "begin" }
  | { readonly kind: "piece"; readonly piece: Uint8Array }
  | { readonly kind: "end" };

export type AnalysisAnswer =
  /** A piece is used up: there is room for another. */
  | { readonly kind: "taken" }
  | { readonly kind: "done"; readonly inventory: LayerInventory }
  | { readonly kind: "refused"; readonly refusal: LayerRefusal; readonly sentence: string }
  | { readonly kind: "failed"; readonly reason: string };
