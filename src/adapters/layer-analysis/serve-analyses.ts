import { parentPort, workerData } from "node:worker_threads";
import { documentParts } from "../../registry/scanning/document-parts.ts";
import type { FileAnalyzer } from "../../registry/scanning/file-analyzer.ts";
import type { LayerInventory } from "../../registry/scanning/layer-inventory.ts";
import type { LayerLimits } from "../../registry/scanning/layer-limits.ts";
import { LayerReading } from "../../registry/scanning/layer-reading.ts";
import { LayerRefused } from "../../registry/scanning/layer-refused.ts";
import type { AnalysisAnswer, AnalysisOrder, AnalysisThreadData } from "./analysis-protocol.ts";
import { decompressLayer } from "./decompress-layer.ts";

/** Answers the main thread, as a thread's program. */
export function serveAnalyses(analyzers: readonly FileAnalyzer[], systemFiles: readonly string[]) {
  const { limits } = workerData as AnalysisThreadData;
  let pieces: PieceQueue | undefined;
  let parts: Parts | undefined;
  parentPort?.on("message", (order: AnalysisOrder) => {
    if (order.kind === "piece") pieces?.add(order.piece);
    else if (order.kind === "end") pieces?.end();
    else if (order.kind === "more") parts?.tellNext();
    else {
      parts = undefined;
      const queue = new PieceQueue();
      pieces = queue;
      const options = { analyzers, systemFiles, limits };
      outcomeOf(() => analyze(queue, options)).then((outcome) => {
        pieces = undefined;
        if ("kind" in outcome) tell(outcome);
        else {
          parts = new Parts(outcome);
          parts.tellNext();
        }
      });
    }
  });
}

async function analyze(
  stored: PieceQueue,
  options: ConstructorParameters<typeof LayerReading>[0] & { limits: LayerLimits },
): Promise<LayerInventory> {
  const reading = new LayerReading(options);
  for await (const piece of decompressLayer(stored, options.limits)) reading.push(piece);
  return reading.end();
}

async function outcomeOf(
  work: () => Promise<LayerInventory>,
): Promise<LayerInventory | AnalysisAnswer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LayerRefused) {
      return { kind: "refused", refusal: error.refusal, sentence: error.message };
    }
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

function tell(answer: AnalysisAnswer): void {
  parentPort?.postMessage(answer);
}

/** An inventory that is told part by part, each when it is asked for. */
class Parts {
  readonly #parts: Iterator<unknown>;
  #next: IteratorResult<unknown>;

  constructor(inventory: LayerInventory) {
    this.#parts = documentParts(inventory);
    this.#next = this.#parts.next();
  }

  tellNext(): void {
    const { value: part, done } = this.#next;
    if (done === true) return;
    this.#next = this.#parts.next();
    tell({ kind: "part", part, isLast: this.#next.done === true });
  }
}

/** Pieces that have come and are not used yet. The other side sends no more than it may. */
class PieceQueue implements AsyncIterable<Uint8Array> {
  readonly #pieces: Uint8Array[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        yield piece;
        tell({ kind: "taken" });
      } else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
