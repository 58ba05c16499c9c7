/**
 * `npm run bench:lifecycle`: a lifecycle policy on every repository of a large registry, and the round
 * after it, in which nothing is due; how long both take, and how much memory. See docs/benchmarks.md.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { RepositoryName } from "../src/registry/names.ts";
import { lifecycleRound } from "../src/workers/lifecycle-job.ts";
import { openStore, testRegistry as registry } from "../test/support/store.ts";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot } from "./peers.ts";
import { circumstances, table } from "./report.ts";
import { fill, type Ground } from "./scale/fill.ts";
import { SqliteRows } from "./scale/rows.ts";

const { values: flags } = parseArgs({
  options: {
    images: { type: "string", default: "1000000" },
    repositories: { type: "string", default: "10000" },
    /** A filled store: how this program calls itself, so that its memory is the work's alone. */
    store: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});

const dayMs = 86_400_000;
const pageSize = 500;

/** Nothing goes by it, so that every image is looked at and nothing else is measured. */
const policy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: "builds that are five thousand days old",
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["build-*"],
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: 5_000,
      },
      action: { type: "expire" },
    },
    {
      rulePriority: 2,
      description: "of all the others the newest hundred thousand",
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 100_000 },
      action: { type: "expire" },
    },
  ],
});

async function filled(directory: string): Promise<void> {
  const { keys, metadata } = await openStore(directory);
  await keys.createDataKey({ registry, object: randomUUID() as never }); // There is a service key then.
  const ground: Ground = { registry, keys, bases: [] };
  await metadata.close();
  const rows = new SqliteRows(join(directory, "metadata.db"));
  const images = Number(flags.images);
  const contents = {
    images,
    repositories: Number(flags.repositories),
    inLargest: Math.min(100_000, Math.floor(images / 10)),
  };
  await fill(ground, rows, contents);
  await rows.finish();
  await putPolicies(directory);
}

async function putPolicies(directory: string): Promise<void> {
  const { metadata, clock } = await openStore(directory);
  const putAt = clock.now();
  for (let after: RepositoryName | undefined; ; ) {
    const found = await metadata.repositories.list(registry, { after, limit: pageSize });
    await metadata.transaction(async (change) => {
      for (const repository of found) {
        await change.lifecycle.put({
          ...{ repository, policy, extension: undefined, version: 1, putAt },
          ...{ evaluatedAt: undefined, changes: 0 },
        });
        await change.lifecycle.setDue(repository, putAt);
      }
    });
    after = found.at(-1)?.name;
    if (found.length < pageSize) break;
  }
  await metadata.close();
}

/** Resolves to a row of the table for each round. */
async function rounds(directory: string): Promise<string[][]> {
  const store = await openStore(directory);
  const rows: string[][] = [];
  for (const title of ["the first round: every policy is due", "the next: nothing is due"]) {
    const idleMiB = residentMiB("VmRSS");
    writeFileSync("/proc/self/clear_refs", "5"); // Forgets the peak.
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    let acted = 0;
    await lifecycleRound(store, {
      trashMs: 7 * dayMs,
      ran: ({ expired }) => {
        acted += expired;
      },
      failed: (error) => {
        throw error;
      },
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const grownMiB = residentMiB("VmHWM") - idleMiB;
    rows.push([
      ...[title, seconds.toFixed(3), ((user + system) / 1e6).toFixed(3)],
      ...[grownMiB.toFixed(0), String(acted)],
    ]);
  }
  await store.metadata.close();
  return rows;
}

/** The kernel's own: its high-water mark misses no peak. */
function residentMiB(field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
}

async function main(): Promise<void> {
  if (flags.store !== "") {
    console.log(JSON.stringify(await rounds(flags.store)));
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), "entrepot-lifecycle-"));
  try {
    await filled(directory);
    const words = [import.meta.filename, ...process.argv.slice(2), "--store", directory];
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const answer = execFileSync(process.execPath, words, { encoding: "utf8", stdio: [...stdio] });
    const head = ["round", "seconds", "processor seconds", "peak above idle, MiB", "expired"];
    const [first, second] = JSON.parse(answer) as [string[], string[]];
    const share = ((Number(second[1]) / Number(first[1])) * 100).toFixed(3);
    const what = `${flags.images} images in ${flags.repositories} repositories of one registry, each with a policy of two rules. The round in which nothing is due takes ${share} % of the other.`;
    const ran = circumstances(commandLine("bench:lifecycle"), [entrepot]);
    const text = `${ran}\n\n${what}\n\n${table(head, [first, second])}`;
    console.log(text);
    if (flags.write) writeFigures("lifecycle figures", text);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
