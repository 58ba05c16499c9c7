import { Worker } from "node:worker_threads";
import type { BuiltIndex } from "../../ports/advisories.ts";
import type { BuildOrder } from "./build-index.ts";
import type { BuildAnswer } from "./build-thread.ts";

/** Of all of osv.dev; what a build needs more than that is no archive of advisories. */
const heapMegabytes = 2_048;

/** `buildIndex` in a thread of its own: the process goes on serving meanwhile. */
export function buildApart(
  order: BuildOrder,
  onProgress: (records: number) => void,
): Promise<BuiltIndex> {
  const worker = new Worker(new URL("./build-thread.ts", import.meta.url), {
    name: "advisories",
    workerData: order,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  return new Promise((resolve, reject) => {
    worker.on("message", (answer: BuildAnswer) => {
      if ("records" in answer) onProgress(answer.records);
      else if ("built" in answer) resolve(answer.built);
      else reject(new Error(answer.failure));
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`the thread ended with code ${code}`)));
  });
}
