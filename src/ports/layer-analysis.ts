import type { Readable } from "node:stream";
import type { LayerInventory } from "../registry/scanning/layer-inventory.ts";

/** Looks into layers, where it holds up nobody else and can harm nothing. */
export interface LayerAnalysis {
  /** Which analyzers are at work, as `LayerInventory.madeBy` tells it. */
  readonly madeBy: string;
  /**
   * What a layer holds. All of it: what is too much, too slow or damaged is refused, and never told in part.
   * Compression is told by the bytes, as engines do. The inventory's `diffId` is of what was really read: an
   * image whose configuration names another is not what it says it is.
   * @param content the layer as it is stored; it is read to its end, or destroyed
   * @throws LayerRefused for what is to be said of the layer; anything else that goes wrong, as an error
   */
  analyze(content: Readable, mediaType: string): Promise<LayerInventory>;
  /** Ends what runs beside the process's main thread; what is still analyzed fails. */
  close(): Promise<void>;
}
