import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const checkout = fileURLToPath(new URL("..", import.meta.url));
const cache = join(checkout, ".cache");
/** Programs that are built for comparison. Not in version control. */
export const peerPrograms = join(cache, "peers");

/** A new folder on the checkout's disk; gone when the program ends, whatever ends it. */
export function temporaryFolder(): string {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
