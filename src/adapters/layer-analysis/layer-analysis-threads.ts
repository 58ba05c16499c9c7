import type { Readable } from "node:stream";
import type { LayerAnalysis } from "../../ports/layer-analysis.ts";
import { analyzers } from "../../registry/scanning/analyzers.ts";
import type { LayerInventory } from "../../registry/scanning/layer-inventory.ts";
import { type LayerLimits, layerLimits } from "../../registry/scanning/layer-limits.ts";
import { isFileLayer } from "../../registry/scanning/layer-media-types.ts";
import { madeBy } from "../../registry/scanning/layer-reading.ts";
import { LayerRefused } from "../../registry/scanning/layer-refused.ts";
import { AnalysisThread } from "./analysis-thread.ts";

interface Options {
  /** What threads run. */
  readonly program?: URL;
  readonly limits?: LayerLimits;
}

/**
 * Looks into layers in threads, each with a heap of its own that has an end. A thread that takes too much of
 * anything is ended, with its layer alone.
 */
export class LayerAnalysisThreads implements LayerAnalysis {
  readonly madeBy = madeBy(analyzers);
  readonly #most: number;
  readonly #program: URL;
  readonly #limits: LayerLimits;
  readonly #threads = new Set<AnalysisThread>();
  readonly #idle: AnalysisThread[] = [];
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #closed = false;

  /** @param most layers at once; others wait */
  constructor(most: number, options: Options = {}) {
    this.#most = most;
    this.#program = options.program ?? new URL("./analysis-program.ts", import.meta.url);
    this.#limits = options.limits ?? layerLimits;
  }

  async analyze(content: Readable, mediaType: string): Promise<LayerInventory> {
    try {
      if (!isFileLayer(mediaType)) {
        throw new LayerRefused(
          "unsupported",
          `Layers of the type ${mediaType} are not looked into.`,
        );
      }
      await this.#turn();
      return await this.#withThread((thread) => thread.analyze(content));
    } finally {
      content.destroy();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  async #turn(): Promise<void> {
    if (this.#underWay >= this.#most && !this.#closed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#underWay++;
  }

  async #withThread<Value>(work: (thread: AnalysisThread) => Promise<Value>): Promise<Value> {
    try {
      if (this.#closed) throw new Error("The threads that look into layers are closed");
      const thread = this.#idleThread() ?? this.#start();
      try {
        return await work(thread);
      } finally {
        if (thread.hasEnded) this.#threads.delete(thread);
        else this.#idle.push(thread);
      }
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay--;
      else next(); // It takes this one's place.
    }
  }

  #idleThread(): AnalysisThread | undefined {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      if (!thread.hasEnded) return thread;
      this.#threads.delete(thread);
    }
    return undefined;
  }

  #start(): AnalysisThread {
    const thread = new AnalysisThread(this.#program, this.#limits);
    this.#threads.add(thread);
    return thread;
  }
}
