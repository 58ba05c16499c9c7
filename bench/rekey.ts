/**
 * `npm run bench:rekey`: puts a repository of many objects under another key, and says how many a
 * second that were and how much memory it took. See docs/benchmarks.md.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { rootPrincipal } from "../src/registry/identity/principal.ts";
import { createKey } from "../src/registry/kms/create-key.ts";
import { kmsKeyArn } from "../src/registry/kms/kms-key.ts";
import { limits } from "../src/registry/limits.ts";
import type { RepositoryName } from "../src/registry/names.ts";
import { continueRekey } from "../src/registry/rekeying/continue-rekey.ts";
import { rekeyRepository } from "../src/registry/rekeying/rekey-repository.ts";
import type { WantedEncryption } from "../src/registry/repositories/claim-key.ts";
import { findRepository } from "../src/registry/repositories/find-repository.ts";
import { checkStore } from "../src/workers/check-store.ts";
import { writeKeyUses } from "../src/workers/write-key-uses.ts";
import { openStore, testRegistry as registry } from "../test/support/store.ts";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot } from "./peers.ts";
import { circumstances, table } from "./report.ts";
import { fill, type Ground } from "./scale/fill.ts";
import { SqliteRows } from "./scale/rows.ts";

const { values: flags } = parseArgs({
  options: {
    objects: { type: "string", default: "100000" },
    /** How often it is put under another key. */
    moves: { type: "string", default: "3" },
    verify: { type: "boolean", default: false },
    /** A filled store: how this program calls itself, so that its memory is the work's alone. */
    store: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});

const name = "bench/largest" as RepositoryName;
/** Of an image: its manifest and its config. */
const objectsPerImage = 2;

type Store = Awaited<ReturnType<typeof openStore>>;

/** One repository of so many images. */
async function filled(directory: string, images: number): Promise<void> {
  const { keys, metadata } = await openStore(directory);
  await keys.createDataKey({ registry, object: randomUUID() as never }); // There is a service key then.
  const ground: Ground = { registry, keys, bases: [] };
  await metadata.close();
  const rows = new SqliteRows(join(directory, "metadata.db"));
  await fill(ground, rows, { images: images + 1, repositories: 3, inLargest: images });
  await rows.finish();
}

/** Asks for it as root, and does all of it in this process. */
async function rekey(store: Store, wanted: WantedEncryption) {
  const principal = rootPrincipal(registry.account, "");
  const request = { requestId: randomUUID(), sourceIp: "", userAgent: "", origin: "http:" };
  const caller = { principal, ...registry, ...request };
  await rekeyRepository({ ...store, onBehalfOf: caller }, registry, name, wanted);
  const repository = await findRepository(store, registry, name);
  const endUses = writeKeyUses(store, (error) => console.error(error));
  const idleMiB = residentMiB("VmRSS");
  writeFileSync("/proc/self/clear_refs", "5"); // Forgets the peak.
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const { signal } = new AbortController();
  for (;;) {
    const againAt = await continueRekey(store, repository, signal);
    if (againAt === undefined) break;
    // The wait for pulls that had begun is not the work's.
    await new Promise((resolve) => setTimeout(resolve, againAt - store.clock.now()));
  }
  await endUses();
  const done = await store.metadata.rekeys.find(repository);
  if (done?.finishedAt === undefined) throw new Error("it did not end");
  const waitedMs = done.from.type === "AES256" ? 0 : limits.rekeySettleMs;
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - startedAt - waitedMs) / 1000,
    processorSeconds: (user + system) / 1e6,
    grownMiB: residentMiB("VmHWM") - idleMiB,
    rewrapped: done.rewrapped,
  };
}

/** The kernel's own: its high-water mark misses no peak. */
function residentMiB(field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
}

/** Resolves to a row of the table for each move. */
async function moveAll(directory: string): Promise<string[][]> {
  const store = await openStore(directory);
  const keys = [await createKey(store, { registry }), await createKey(store, { registry })];
  const [first, second] = keys.map((key) => ({ type: "KMS" as const, key: kmsKeyArn(key) }));
  const moves = [
    ["AES256 to KMS", first!],
    ["KMS to another KMS key", second!],
    ["KMS to AES256", { type: "AES256" as const }],
  ] as const;
  const rows: string[][] = [];
  for (const [title, wanted] of moves.slice(0, Number(flags.moves))) {
    const { seconds, processorSeconds, grownMiB, rewrapped } = await rekey(store, wanted);
    rows.push([
      ...[title, String(rewrapped), seconds.toFixed(1), (rewrapped / seconds).toFixed(0)],
      ...[((processorSeconds / rewrapped) * 1e6).toFixed(0), grownMiB.toFixed(0)],
    ]);
  }
  if (flags.verify) {
    const { problems } = await checkStore(store, { repair: false });
    if (problems.length > 0) throw new Error(`fsck: ${JSON.stringify(problems.slice(0, 5))}`);
  }
  await store.metadata.close();
  return rows;
}

async function main(): Promise<void> {
  if (flags.store !== "") {
    console.log(JSON.stringify(await moveAll(flags.store)));
    return;
  }
  const images = Math.round(Number(flags.objects) / objectsPerImage);
  const directory = mkdtempSync(join(tmpdir(), "entrepot-rekey-"));
  try {
    await filled(directory, images);
    const words = [import.meta.filename, ...process.argv.slice(2), "--store", directory];
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const answer = execFileSync(process.execPath, words, { encoding: "utf8", stdio: [...stdio] });
    const rows = JSON.parse(answer) as string[][];
    const head = [
      "from, to",
      "objects",
      "seconds",
      "a second",
      "µs of processor each",
      "peak, MiB",
    ];
    const text = `${circumstances(commandLine("bench:rekey"), [entrepot])}\n\n${table(head, rows)}`;
    console.log(text);
    if (flags.write) writeFigures("rekey figures", text);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
