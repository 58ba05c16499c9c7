import { once } from "node:events";
import type { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import { AssembledDocument } from "../../registry/scanning/document-parts.ts";
import type { LayerInventory } from "../../registry/scanning/layer-inventory.ts";
import type { LayerLimits } from "../../registry/scanning/layer-limits.ts";
import { LayerRefused } from "../../registry/scanning/layer-refused.ts";
import type { AnalysisAnswer, AnalysisOrder, AnalysisThreadData } from "./analysis-protocol.ts";

/** Pieces that are on their way to a thread, and the bytes of one. */
const piecesUnderWay = 8;
const mostPieceBytes = 1024 * 1024;

/** The main thread's side of one thread, which looks into one layer at a time. */
export class AnalysisThread {
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  readonly #limits: LayerLimits;
  #analysis: Analysis | undefined;
  #ended = false;

  constructor(program: URL, limits: LayerLimits) {
    this.#limits = limits;
    this.#worker = new Worker(program, {
      name: "layer-analysis",
      execArgv: [], // Options that are meant for the program are none for a part of it.
      env: {}, // What it reads is hostile: there is nothing here for it.
      workerData: { limits } satisfies AnalysisThreadData,
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMiB, maxYoungGenerationSizeMb: 64 },
    });
    this.#exited = once(this.#worker, "exit");
    this.#exited.catch(() => undefined); // It may end by an error, which is told below.
    this.#worker.on("message", (answer: AnalysisAnswer) => this.#receive(answer));
    this.#worker.on("error", (error) => this.#end(refusalOf(error, limits)));
    this.#worker.on("exit", () => this.#end(new Error("A thread that looks into layers ended")));
    this.#worker.unref();
  }

  /** Whether it can look into no more. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Only called when nothing else is under way. */
  async analyze(content: Readable): Promise<LayerInventory> {
    const analysis = new Analysis();
    this.#analysis = analysis;
    this.#worker.ref();
    const timer = setTimeout(() => {
      const seconds = this.#limits.timeMs / 1000;
      const sentence = `The layer was not read within ${seconds} seconds.`;
      this.#end(new LayerRefused("too-slow", sentence));
    }, this.#limits.timeMs);
    try {
      this.#feed(content, analysis).catch((error) => this.#end(error));
      return await analysis.inventory;
    } finally {
      clearTimeout(timer);
      content.destroy();
      this.#analysis = undefined;
      if (!this.#ended) this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    this.#end(new Error("The threads that look into layers are closed"));
    await this.#exited.catch(() => undefined);
  }

  async #feed(content: Readable, analysis: Analysis): Promise<void> {
    this.#tell({ kind: "begin" });
    try {
      for await (const piece of content as AsyncIterable<Uint8Array>) {
        for (let at = 0; at < piece.length; at += mostPieceBytes) {
          await analysis.room();
          if (analysis.isOver) return;
          const moved = new Uint8Array(piece.subarray(at, at + mostPieceBytes));
          this.#tell({ kind: "piece", piece: moved }, [moved.buffer]);
        }
      }
    } catch (error) {
      if (analysis.isOver) return; // It was destroyed for that.
      throw error;
    }
    if (!analysis.isOver) this.#tell({ kind: "end" });
  }

  #tell(order: AnalysisOrder, moved: ArrayBuffer[] = []): void {
    if (!this.#ended) this.#worker.postMessage(order, moved);
  }

  #receive(answer: AnalysisAnswer): void {
    const analysis = this.#analysis;
    if (answer.kind === "taken") analysis?.taken();
    else if (answer.kind === "part") {
      analysis?.add(answer.part, answer.isLast);
      if (!answer.isLast) this.#tell({ kind: "more" });
    } else if (answer.kind === "failed") analysis?.end(new Error(answer.reason));
    else analysis?.end(new LayerRefused(answer.refusal, answer.sentence));
  }

  #end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#analysis?.end(error instanceof Error ? error : new Error(String(error)));
    void this.#worker.terminate();
  }
}

/** What is known of the layer that is looked into. */
class Analysis {
  readonly inventory: Promise<LayerInventory>;
  isOver = false;
  #settle!: (outcome: LayerInventory | Error) => void;
  readonly #parts = new AssembledDocument();
  #underWay = 0;
  #wake: () => void = () => undefined;

  constructor() {
    this.inventory = new Promise((resolve, reject) => {
      this.#settle = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
    });
  }

  /** Until another piece may be sent, or none is wanted. */
  async room(): Promise<void> {
    while (this.#underWay >= piecesUnderWay && !this.isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#underWay++;
  }

  taken(): void {
    this.#underWay--;
    this.#wake();
  }

  /** Of the inventory, which has no more of them after the last one. */
  add(part: unknown, isLast: boolean): void {
    this.#parts.add(part);
    if (isLast) this.end(this.#parts.document as LayerInventory);
  }

  end(outcome: LayerInventory | Error): void {
    this.isOver = true;
    this.#settle(outcome);
    this.#wake();
  }
}

function refusalOf(error: unknown, limits: LayerLimits): unknown {
  const isMemory =
    error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  if (!isMemory) return error;
  const sentence = `The layer takes more than ${limits.heapMiB} MiB of memory to look into.`;
  return new LayerRefused("too-much-memory", sentence);
}
