/** Rotates the master key of a data directory, and dies by SIGKILL at the fault point of the given number. */
import { writeSync } from "node:fs";
import { SystemClock } from "../../src/adapters/clock/system.ts";
import { rotateMasterKey } from "../../src/commands/rotate-master-key.ts";
import { withFaultPoints } from "./fault-points.ts";
import { openRotated, ownFileWish, rotatedConfig } from "./rotated-store.ts";

const [directory = "", killAt] = process.argv.slice(2);
let passed = 0;
function point(name: string): void {
  passed += 1;
  if (passed < Number(killAt)) return;
  writeSync(1, `killed ${name}\n`);
  process.kill(process.pid, "SIGKILL");
}

const open = async () => {
  const store = await openRotated(directory);
  return { ...store, ports: withFaultPoints(store.ports, point) };
};
const program = { clock: new SystemClock(), warn: () => {}, open };
const onProgress = (sentence: string) => point(sentence.replaceAll(directory, ""));
await rotateMasterKey(program, rotatedConfig(directory), { ...ownFileWish, onProgress });
writeSync(1, "finished\n");
process.kill(process.pid, "SIGKILL"); // Also the end is a crash: nothing is closed or checkpointed.
