import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Peer, Target } from "./peers.ts";
import type { Sizes, Workload } from "./workloads/workload.ts";

/** The figures of one registry, one for each round. */
export interface Series {
  readonly peer: Peer;
  readonly figures: readonly number[];
}

/**
 * Runs a workload on every registry in turns, on fresh data directories. The order turns around from
 * round to round, so that none is always first; what was written before is on disk before each turn.
 */
export async function compare(
  workload: Workload,
  peers: readonly Peer[],
  options: { folder: string; sizes: Sizes; rounds: number },
): Promise<Series[]> {
  const { folder, sizes, rounds } = options;
  return withTargets(peers, folder, async (targets) => {
    const entries = [];
    for (const [index, target] of targets.entries()) {
      const prepared = await workload.prepare(target, sizes);
      entries.push({ peer: peers[index]!, target, prepared, figures: [] as number[] });
    }
    for (let round = 0; round <= rounds; round++) {
      const load = workload.load(sizes);
      for (const entry of round % 2 === 0 ? entries : entries.toReversed()) {
        const { target, prepared } = entry;
        await workload.ready?.(target, load, round);
        await writeBack();
        const figure = await workload.run({ target, sizes, load, prepared, round });
        if (round > 0) entry.figures.push(figure); // Round 0 warms up.
      }
    }
    return entries;
  });
}

/** Starts each registry on an empty directory, and stops and removes whatever came to be. */
export async function withTargets<T>(
  peers: readonly Peer[],
  folder: string,
  work: (targets: readonly Target[]) => Promise<T>,
): Promise<T> {
  const targets: Target[] = [];
  const directories: string[] = [];
  try {
    for (const peer of peers) {
      const directory = mkdtempSync(join(folder, `${peer.name}-`));
      directories.push(directory);
      targets.push(await peer.start(directory));
    }
    return await work(targets);
  } finally {
    const stops = await Promise.allSettled(targets.map((target) => target.stop()));
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
    reportFailedStop(stops);
  }
}

/** A server that ended by itself says why; that explains whatever else failed. */
function reportFailedStop(stops: readonly PromiseSettledResult<void>[]): void {
  const failed = stops.find((stop) => stop.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Pays the debts of whoever wrote before, so that nobody else's turn does. */
export async function writeBack(): Promise<void> {
  await promisify(execFile)("sync");
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
