/** What the kernel says of the time that processes took of the processors. Linux alone. */
import { readdirSync, readFileSync } from "node:fs";

/** The kernel counts in these, whatever its own clock is. */
const ticksPerSecond = 100;

/** Seconds that a process has taken so far, with all its threads. */
export function processorSeconds(pid: number): number {
  const [user, system] = statOf(pid).slice(11, 13);
  return (Number(user) + Number(system)) / ticksPerSecond;
}

/** The same with its children, those that have ended included. */
export function processorSecondsOfFamily(pid: number): number {
  const living = childrenOf(pid).reduce((sum, child) => sum + processorSeconds(child), 0);
  return processorSecondsWithEnded(pid) + living;
}

/** The same with those of its children alone that have ended. */
export function processorSecondsWithEnded(pid: number): number {
  const ticks = statOf(pid).slice(11, 15);
  return ticks.reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
}

function childrenOf(pid: number): number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((each) => parentOf(each) === pid);
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return undefined; // It has ended since it was listed.
  }
}

/** The fields from the state on: the name before it may have anything in it. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
