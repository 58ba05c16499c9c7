import type { FileAnalyzer } from "./file-analyzer.ts";
import type { LayerLimits } from "./layer-limits.ts";

/** What is read by, and how much of it at most. */
export interface LayerReadingOptions {
  readonly analyzers: readonly FileAnalyzer[];
  /** Whose content is kept as text. */
  readonly systemFiles: readonly string[];
  readonly limits: LayerLimits;
}
