/** The thread that makes an index: it reads and packs for seconds without a pause. Started by `buildApart`. */
import { parentPort, workerData } from "node:worker_threads";
import type { BuiltIndex } from "../../ports/advisories.ts";
import { type BuildOrder, buildIndex } from "./build-index.ts";

export type BuildAnswer =
  | { readonly records: number }
  | { readonly built: BuiltIndex }
  | { readonly failure: string };

async function work(order: BuildOrder, tell: (answer: BuildAnswer) => void): Promise<void> {
  try {
    tell({ built: await buildIndex(order, (records) => tell({ records })) });
  } catch (error) {
    tell({ failure: (error as Error).message });
  }
}

const port = parentPort;
if (port !== null) {
  await work(workerData as BuildOrder, (answer) => port.postMessage(answer));
  port.close();
}
