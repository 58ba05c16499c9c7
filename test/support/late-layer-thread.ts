/** A layer thread that takes its time: what it is given to add, it writes to its file a little later. */
import { execFileSync } from "node:child_process";
import { parentPort } from "node:worker_threads";

interface Request {
  readonly kind: string;
  readonly file?: { readonly descriptor: number };
}

let descriptor = -1;

parentPort?.on("message", ({ kind, file }: Request) => {
  if (kind === "file") descriptor = file?.descriptor ?? -1;
  // One call, as a write is: to end the thread does not end it.
  if (kind === "add") {
    execFileSync("sh", ["-c", "echo begun; sleep 0.3; echo ended"], {
      stdio: ["ignore", descriptor, "ignore"],
    });
  }
});
