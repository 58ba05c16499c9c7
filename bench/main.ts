/** `npm run bench`: Entrepot beside other registries, in turns on one machine. See docs/benchmarks.md. */
import { parseArgs } from "node:util";
import { commandLine, writeFigures } from "./document.ts";
import { memoryOfStream } from "./memory.ts";
import { allPeers, buildPeers, dockerRegistry, newerPeers, type Peer } from "./peers.ts";
import { temporaryFolder } from "./places.ts";
import * as report from "./report.ts";
import { compare, median } from "./rounds.ts";
import { startWithImages } from "./start.ts";
import { touchFreeMemory } from "./touch-memory.ts";
import { blobWorkloads } from "./workloads/blobs.ts";
import { manifests } from "./workloads/manifests.ts";
import { smallImageWorkloads } from "./workloads/small-images.ts";
import type { Workload } from "./workloads/workload.ts";

const usage = `npm run bench -- [options]
  --only a,b        run these alone: manifest pull pull4 pull4x push push4 small small1 start memory
  --rounds 5        rounds of each workload; the median counts
  --peers           compare with newer registries too; builds them first where that is not done yet
  --subject NAME    measure another registry in Entrepot's place (docker-registry proves the harness)
  --blob-mib 200    size of a blob
  --stream-gib 10   size of the layer that streams while memory is measured
  --images 100000   images in store when the start is measured
  --seconds 5       length of one manifest round
  --write           write docs/benchmarks.md
`;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    peers: { type: "boolean", default: false },
    subject: { type: "string", default: "entrepot" },
    "blob-mib": { type: "string", default: "200" },
    "stream-gib": { type: "string", default: "10" },
    images: { type: "string", default: "100000" },
    seconds: { type: "string", default: "5" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const only = chosen();
  const rounds = positive("rounds");
  const sizes = { blobBytes: positive("blob-mib") * 2 ** 20, seconds: positive("seconds") };
  const peers = chosenPeers();
  const folder = temporaryFolder();
  const rows: report.Row[] = [];
  say(
    `touched ${touchFreeMemory()} GiB of free memory, so that nobody waits for the machine's host`,
  );
  for (const workload of workloads.filter(({ id }) => only.includes(id))) {
    say(`${workload.id}: ${workload.title}`);
    const reason = workload.missing?.();
    if (reason !== undefined) throw new Error(`${workload.id}: ${reason}`);
    const series = await compare(workload, peers, { folder, sizes, rounds });
    const found = report.ratioRows(workload.title, workload.unit, series);
    for (const row of found) say(`  ${row.slice(2).join("  ")}`);
    rows.push(...found);
  }
  let text = rows.length === 0 ? "" : `${report.table(report.ratioHead, rows)}\n`;
  if (only.includes("start")) {
    const count = positive("images");
    say(`start: with ${count} images in store`);
    const figures = await startWithImages(count, { folder, rounds, say });
    text += `Start to ready with ${count} images in store: ${median(figures).toFixed(2)} s `;
    text += `(${Math.min(...figures).toFixed(2)} to ${Math.max(...figures).toFixed(2)}).\n\n`;
  }
  if (only.includes("memory")) {
    const streamGiB = positive("stream-gib");
    say(`memory: a layer of ${streamGiB} GiB in and out`);
    const memory = await memoryOfStream(peers, { folder, streamBytes: streamGiB * 2 ** 30 });
    text += `Resident memory while a layer of ${streamGiB} GiB streams in and out:\n\n`;
    text += `${report.table(report.memoryHead, report.memoryRows(memory))}\n`;
  }
  const circumstances = report.circumstances(commandLine("bench"), peers);
  process.stdout.write(`\n${circumstances}\n${text}`);
  if (flags.write) writeFigures("figures", `${circumstances}\n${text.trimEnd()}\n`);
}

const workloads: readonly Workload[] = [
  manifests,
  ...blobWorkloads,
  ...smallImageWorkloads,
] as readonly Workload[];

function chosen(): readonly string[] {
  const known = [...workloads.map(({ id }) => id), "start", "memory"];
  const wanted = flags.only?.split(",") ?? known;
  const unknown = wanted.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw new Error(`no such workload: ${unknown.join(", ")}\n${usage}`);
  return wanted;
}

/** The subject first, then what it is compared with. */
function chosenPeers(): readonly Peer[] {
  const subject = allPeers.find(({ name }) => name === flags.subject);
  if (subject === undefined) throw new Error(`no such registry: ${flags.subject}\n${usage}`);
  if (flags.peers) buildPeers(say);
  const extra = flags.peers ? newerPeers.filter((peer) => peer.missing() === undefined) : [];
  for (const peer of [subject, dockerRegistry]) {
    const reason = peer.missing();
    if (reason !== undefined) throw new Error(`${peer.name} is not here: ${reason}`);
  }
  return [subject, dockerRegistry, ...extra];
}

function positive(name: "rounds" | "blob-mib" | "stream-gib" | "images" | "seconds"): number {
  const value = Number(flags[name]);
  if (!(value > 0)) throw new Error(`--${name} is a positive number`);
  return value;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
try {
  if (flags.help) process.stdout.write(usage);
  else await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
