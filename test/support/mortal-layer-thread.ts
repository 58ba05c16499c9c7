/** A layer thread that ends by itself when it is asked to read from a file that cannot be. */
import { parentPort } from "node:worker_threads";

parentPort?.on("message", (request: { kind: string; value?: { descriptor?: number } }) => {
  if (request.kind === "read" && request.value?.descriptor === -1) process.exit(7);
});
await import("../../src/adapters/layer-work/thread-program.ts");
