/** What the main thread and an analysis thread say to each other. Memory moves with the pieces. */
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
  | { readonly kind: "end" }
  /** The next part of the answer. */
  | { readonly kind: "more" };

export type AnalysisAnswer =
  /** A piece is used up: there is room for another. */
  | { readonly kind: "taken" }
  /** Of the inventory, as `documentParts` takes it apart: whoever gets all at once does nothing else meanwhile. */
  | { readonly kind: "part"; readonly part: unknown; readonly isLast: boolean }
  | { readonly kind: "refused"; readonly refusal: LayerRefusal; readonly sentence: string }
  | { readonly kind: "failed"; readonly reason: string };
