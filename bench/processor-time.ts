/** What the kernel says of the time that processes took of the processors. Linux alone. */
import { readdirSync, readFileSync } from "node:fs";

/** The kernel counts in these, whatever its own clock is. */
const ticksPerSecond = 100;

/** Seconds that a process has taken so far, with all its threads. */
export function processorSeconds(pid: number): number {
  return secondsIn(statOf(pid), 11, 13);
}

/** The same with its children, those that have ended included. */
export function processorSecondsOfFamily(pid: number): number {
  const living = livingChildren(pid).reduce((sum, stat) => sum + secondsIn(stat, 11, 13), 0);
  return processorSecondsWithEnded(pid) + living;
}

/** The same with those of its children alone that have ended. */
export function processorSecondsWithEnded(pid: number): number {
  return secondsIn(statOf(pid), 11, 15);
}

function livingChildren(pid: number): string[][] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return all.flatMap((each) => {
    try {
      const stat = statOf(Number(each));
      return Number(stat[1]) === pid ? [stat] : [];
    } catch {
      return []; // It has ended since it was listed.
    }
  });
}

function secondsIn(stat: readonly string[], from: number, to: number): number {
  return stat.slice(from, to).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}

/** The fields from the state on: the name before it may have anything in it. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Milliseconds that each kind of thread of a process has taken so far, by the threads' names. */
export function processorMsByThread(pid: number): Map<string, number> {
  const times = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${thread}`;
    const name = thread === String(pid) ? "main" : readFileSync(`${folder}/comm`, "utf8").trim();
    // Nanoseconds on a processor: the kernel's ticks are too coarse for one push.
    const [nanoseconds] = readFileSync(`${folder}/schedstat`, "utf8").split(" ");
    times.set(name, (times.get(name) ?? 0) + Number(nanoseconds) / 1e6);
  }
  return times;
}
