/** Runs one scenario and dies by SIGKILL at the fault point of the given number. */
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { LayerThreads } from "../../src/adapters/layer-work/layer-threads.ts";
import { openStore } from "../support/store.ts";
import { withFaultPoints } from "./fault-points.ts";
import { type ScenarioName, scenarios } from "./scenarios.ts";

const [directory, name, killAt] = process.argv.slice(2) as [string, ScenarioName, string];
// Threads are as they serve: where the store has files, they write to them.
const ports = { ...(await openStore(directory)), layerWork: new LayerThreads(1) };
const scenario = scenarios[name];
await scenario.prepare(ports);
flushCompileCache(); // A killed process leaves none, and there are many of these.
let passed = 0;
const faulty = withFaultPoints(ports, (point) => {
  passed += 1;
  if (passed < Number(killAt)) return;
  writeSync(1, `killed ${point}\n`);
  process.kill(process.pid, "SIGKILL");
});
await scenario.act(faulty);
writeSync(1, "acknowledged\n");
process.kill(process.pid, "SIGKILL"); // Also the end is a crash: nothing is closed or checkpointed.
