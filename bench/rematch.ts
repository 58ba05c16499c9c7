/**
 * `npm run bench:rematch`: images that are scanned continuously are held against advisories that were
 * updated: a hundredth of the names, all of them, or nobody knows which; how long each round takes, and how
 * much memory. See docs/benchmarks.md.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SqliteAdvisoryIndex } from "../src/adapters/advisories/sqlite-advisory-index.ts";
import type { Ports } from "../src/ports/ports.ts";
import { matchAgain } from "../src/registry/scanning/match-again.ts";
import { putScanningConfiguration } from "../src/registry/scanning/scanning-configuration.ts";
import { openStore, testRegistry } from "../test/support/store.ts";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot } from "./peers.ts";
import { addImages } from "./rematch/images.ts";
import {
  allModified,
  allUnknown,
  oneOfAHundred,
  unpackSnapshot,
  writeUpdated,
} from "./rematch/indexes.ts";
import { circumstances, table } from "./report.ts";

const { values: flags } = parseArgs({
  options: {
    images: { type: "string", default: "10000" },
    repositories: { type: "string", default: "200" },
    packages: { type: "string", default: "400" },
    /** How many of the rounds are measured, from the first. */
    rounds: { type: "string", default: "4" },
    /** A filled store: how this program calls itself, so that its memory is the work's alone. */
    store: { type: "string", default: "" },
    /** Is left there, to be measured once more by `--store`. */
    keep: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});

const rounds = [
  ["another day's EPSS alone", "epss.db"],
  ["a hundredth of the names changed", "hundredth.db"],
  ["the same data, built from nothing", "unknown.db"],
  ["every record modified", "modified.db"],
] as const;

async function opened(directory: string, index: string): Promise<Ports> {
  const ports = await openStore(directory);
  const current = SqliteAdvisoryIndex.open(join(directory, index));
  return { ...ports, vulnerabilities: { current: async () => current } };
}

async function fill(directory: string): Promise<void> {
  const first = join(directory, "first.db");
  await unpackSnapshot(first);
  const [epss, hundredth, unknown, modified] = rounds.map(([, name]) => join(directory, name));
  writeUpdated(first, epss!, allUnknown, { tellsChanges: true });
  writeUpdated(epss!, hundredth!, oneOfAHundred, { tellsChanges: true });
  writeUpdated(hundredth!, unknown!, allUnknown, { tellsChanges: false });
  writeUpdated(unknown!, modified!, allModified, { tellsChanges: true });
  const ports = await opened(directory, "first.db");
  await putScanningConfiguration(ports, testRegistry, { type: "ENHANCED", rules: [] });
  const { images, repositories, packages } = flags;
  await addImages(ports, (await ports.vulnerabilities.current()) as SqliteAdvisoryIndex, {
    ...{ images: Number(images), repositories: Number(repositories), packages: Number(packages) },
  });
  await ports.layerAnalysis.close();
  await ports.metadata.close();
}

/** Resolves to a row of the table for each round. */
async function measured(directory: string): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [title, index] of rounds.slice(0, Number(flags.rounds))) {
    const ports = await opened(directory, index);
    const failed = (error: unknown) => {
      throw error;
    };
    writeFileSync("/proc/self/clear_refs", "5"); // Forgets the peak.
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const { matched, opened: looked, changed } = await matchAgain(ports, undefined, failed);
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    rows.push([
      ...[title, seconds.toFixed(1), ((user + system) / 1e6).toFixed(1)],
      ...[peakMiB().toFixed(0), String(matched), String(looked), String(changed)],
    ]);
    await ports.layerAnalysis.close();
    await ports.metadata.close();
  }
  return rows;
}

/** Of the process, by the kernel's own high-water mark. */
function peakMiB(): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) / 1024;
}

async function main(): Promise<void> {
  if (flags.store !== "") {
    console.log(JSON.stringify(await measured(flags.store)));
    return;
  }
  const directory = flags.keep || mkdtempSync(join(tmpdir(), "entrepot-rematch-"));
  try {
    await fill(directory);
    const words = [import.meta.filename, ...process.argv.slice(2), "--store", directory];
    const sizeMiB = statSync(join(directory, "metadata.db")).size / 2 ** 20;
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const answer = execFileSync(process.execPath, words, { encoding: "utf8", stdio: [...stdio] });
    const head = [
      "round",
      "seconds",
      "processor seconds",
      "peak MiB",
      "matched",
      "opened",
      "changed",
    ];
    const what = `${flags.images} images of ${flags.packages} packages in ${flags.repositories} repositories; a database of ${sizeMiB.toFixed(0)} MiB. The peak is the whole process's.`;
    const ran = circumstances(commandLine("bench:rematch"), [entrepot]);
    const text = `${ran}\n\n${what}\n\n${table(head, JSON.parse(answer) as string[][])}`;
    console.log(text);
    if (flags.write) writeFigures("rematch figures", text);
  } finally {
    if (flags.keep === "") rmSync(directory, { recursive: true, force: true });
  }
}

await main();
