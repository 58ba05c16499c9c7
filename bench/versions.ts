/**
 * `npm run bench:versions -- --other <checkout>`: processor time of this version beside that of another
 * one, which is in a checkout of its own, in turns. What else the machine does falls on both, and does
 * not count by itself as it would in a rate. See docs/benchmarks.md.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startServer } from "../test/support/server.ts";
import { entrepot, entrepotTarget, type Peer } from "./peers.ts";
import { temporaryFolder } from "./places.ts";
import { processorMsByThread } from "./processor-time.ts";
import * as report from "./report.ts";
import { compare, median } from "./rounds.ts";
import { touchFreeMemory } from "./touch-memory.ts";
import { blobWorkloads } from "./workloads/blobs.ts";
import { smallImageWorkloads } from "./workloads/small-images.ts";
import type { Workload } from "./workloads/workload.ts";

const { values: flags } = parseArgs({
  options: {
    other: { type: "string" },
    only: { type: "string", default: "push,push4,pull,pull4,pull4x,small,small1" },
    rounds: { type: "string", default: "5" },
    "blob-mib": { type: "string", default: "200" },
  },
});

// Not that of manifests: it has a time, and not a number of requests.
const workloads: readonly Workload[] = [...blobWorkloads, ...smallImageWorkloads];
const other = flags.other;
if (other === undefined) throw new Error("--other names the checkout of another version");

const otherVersion: Peer = {
  name: "other",
  missing: () => undefined,
  version: () => other,
  async start(dataDirectory) {
    const program = join(other, "src/main.ts");
    const settings = { ENTREPOT_HTTPS: "off" };
    return {
      ...(await entrepotTarget(await startServer({ dataDirectory, settings, program }))),
      name: "other",
    };
  },
};
const versions = [entrepot, otherVersion];
const sizes = { blobBytes: Number(flags["blob-mib"]) * 2 ** 20, seconds: 3 };
const rows: report.Row[] = [];
touchFreeMemory();
for (const workload of workloads.filter(({ id }) => flags.only.split(",").includes(id))) {
  rows.push(...(await measured(workload)));
}
process.stdout.write(`${report.circumstances("npm run bench:versions", [entrepot])}\n`);
const head = [
  ...["workload", "thread", "ms", "other's ms", "ratio", "over the rounds"],
  ...["least", "other's least", "ratio of both"],
];
process.stdout.write(report.table(head, rows));

/** A row for each kind of thread that has something to do, and one for all. */
async function measured(workload: Workload): Promise<report.Row[]> {
  const spent = new Map(versions.map(({ name }) => [name, [] as Map<string, number>[]]));
  const timed: Workload = {
    ...workload,
    async run(turn) {
      const { name, pid } = turn.target;
      const before = processorMsByThread(pid);
      const rate = await workload.run(turn);
      const after = processorMsByThread(pid);
      for (const [thread, ms] of after) after.set(thread, ms - (before.get(thread) ?? 0));
      after.set(
        "all",
        [...after.values()].reduce((sum, ms) => sum + ms, 0),
      );
      if (turn.round > 0) spent.get(name)?.push(after);
      return rate;
    },
  };
  const series = await compare(timed, versions, {
    folder: temporaryFolder(),
    sizes,
    rounds: Number(flags.rounds),
  });
  const [own = [], others = []] = versions.map(({ name }) => spent.get(name));
  const threads = [...new Set([...own, ...others].flatMap((round) => [...round.keys()]))];
  const cells = threads.map((thread) => {
    const of = (rounds: readonly Map<string, number>[]) =>
      rounds.map((round) => round.get(thread) ?? 0);
    return compared(workload.id, thread, of(own), of(others));
  });
  const [rates, otherRates] = series.map(({ figures }) => figures);
  return [
    ...cells.filter(([, , ms]) => Number(ms) >= 5),
    compared(workload.id, workload.unit, rates ?? [], otherRates ?? []),
  ];
}

function compared(
  id: string,
  what: string,
  own: readonly number[],
  others: readonly number[],
): report.Row {
  const each = own.map((ms, round) => ms / others[round]!);
  const [least, otherLeast] = [Math.min(...own), Math.min(...others)];
  return [
    id,
    what,
    report.rounded(median(own)),
    report.rounded(median(others)),
    (median(own) / median(others)).toFixed(2),
    `${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`,
    report.rounded(least),
    report.rounded(otherLeast),
    (least / otherLeast).toFixed(2),
  ];
}
