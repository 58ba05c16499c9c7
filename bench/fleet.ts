/** `npm run bench:fleet`: one, two and three replicas on one database and one bucket. See docs/benchmarks.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Fleet } from "../test/support/fleet.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { endsWithUs } from "./children.ts";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot, entrepotTarget, type Target } from "./peers.ts";
import { usualSettings } from "./postgres-settings.ts";
import {
  processorSeconds,
  processorSecondsOfFamily,
  processorSecondsWithEnded,
} from "./processor-time.ts";
import { smallImage } from "./registry-client.ts";
import { circumstances, milliseconds, type Row, rounded, table } from "./report.ts";
import { median, writeBack } from "./rounds.ts";
import { manifestRate, missingWrk, pushTaggedImage } from "./workloads/manifests.ts";
import { pushAll } from "./workloads/small-images.ts";
import { rate } from "./workloads/workload.ts";

const usage = `npm run bench:fleet -- [options]
  --replicas 3      replicas at most
  --rounds 5        rounds; the median counts
  --seconds 3       length of one round of GETs
  --images 100      small images that one round pushes
  --write           write docs/benchmarks.md
`;

const { values: flags } = parseArgs({
  options: {
    replicas: { type: "string", default: "3" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    images: { type: "string", default: "100" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const connections = 32;
const repositories = 20;
const head: Row = [
  "load",
  "replicas",
  "per second",
  "over the rounds",
  "replicas, ms",
  "database, ms",
  "client, ms",
];

interface Load {
  readonly title: string;
  /** Puts the load on these and resolves with how many of it were done in a second. */
  run(targets: readonly Target[]): Promise<{ done: number; perSecond: number }>;
}

/** Of one round: processor time is that of one request or push. */
interface Measured {
  readonly perSecond: number;
  readonly replicasMs: number;
  readonly databaseMs: number;
  readonly clientMs: number;
}

async function main(): Promise<void> {
  const missing = missingWrk();
  if (missing !== undefined) throw new Error(missing);
  const most = positive("replicas");
  const rounds = positive("rounds");
  const fleet = await startFleet(most);
  try {
    const targets = await Promise.all(fleet.replicas.map((server) => entrepotTarget(server)));
    await pushTaggedImage(targets[0]!);
    for (let index = 0; index < repositories; index++) {
      await targets[0]!.createRepository(repositoryOf(index));
    }
    const rows: Row[] = [];
    for (const load of [manifests, pushes]) {
      say(load.title);
      const all = Array.from({ length: most }, (): Measured[] => []);
      for (let round = 0; round <= rounds; round++) {
        const turns = [...all.entries()];
        for (const [index, measured] of round % 2 === 0 ? turns : turns.toReversed()) {
          await writeBack();
          const found = await measure(fleet, load, targets.slice(0, index + 1));
          if (round > 0) measured.push(found); // Round 0 warms up.
        }
        if (round === 0) await analyze(fleet);
      }
      const found = all.map((measured, index) => rowOf(load.title, index + 1, measured));
      for (const row of found) say(`  ${row.slice(1).join("  ")}`);
      rows.push(...found);
    }
    const postgres = { name: "PostgreSQL", version: await serverVersion(fleet) };
    const facts = circumstances(commandLine("bench:fleet"), [entrepot, postgres]);
    const text = `${facts}\n${table(head, rows)}`;
    process.stdout.write(`\n${text}`);
    if (flags.write) writeFigures("fleet figures", text);
  } finally {
    await fleet.stop();
  }
}

/** PostgreSQL with its own defaults, where the tests have others. */
async function startFleet(replicas: number): Promise<Fleet> {
  const postgres = await startPostgres({ fsync: true, settings: usualSettings });
  try {
    const fleet = await Fleet.start({ replicas, postgres });
    for (const replica of fleet.replicas) endsWithUs(replica.process);
    return fleet;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** As autovacuum does within minutes of a deployment's first pushes. */
async function analyze({ postgres, settings }: Fleet): Promise<void> {
  const database = new URL(settings.ENTREPOT_DATABASE!).pathname.slice(1);
  await postgres.execute("vacuum analyze", database);
}

async function serverVersion(fleet: Fleet): Promise<() => string> {
  const [row] = await fleet.postgres.execute("show server_version");
  return () => String(row?.server_version);
}

/** The connections are shared out; each replica has a client program of its own. */
const manifests: Load = {
  title: `manifest GET by tag, ${connections} connections`,
  async run(targets) {
    const seconds = positive("seconds");
    const rates = await Promise.all(
      targets.map((target, index) => {
        const share = Math.floor((connections + index) / targets.length);
        return manifestRate(target, { connections: share, seconds });
      }),
    );
    const perSecond = rates.reduce((sum, rate) => sum + rate, 0);
    return { done: perSecond * seconds, perSecond };
  },
};

const pushes: Load = {
  title: "push of a small image of three blobs, 8 clients",
  async run(targets) {
    const images = Array.from({ length: positive("images") }, (_, index) => smallImage(index));
    const perSecond = await rate(images.length, () => pushAll(targets, images, repositoryOf));
    return { done: images.length, perSecond };
  },
};

function repositoryOf(index: number): string {
  return `bench/app-${index % repositories}`;
}

async function measure(fleet: Fleet, load: Load, targets: readonly Target[]): Promise<Measured> {
  const before = processorTimes(fleet, targets);
  const { done, perSecond } = await load.run(targets);
  const after = processorTimes(fleet, targets);
  const each = (name: keyof typeof before) => ((after[name] - before[name]) * 1000) / done;
  return {
    perSecond,
    replicasMs: each("replicas"),
    databaseMs: each("database"),
    clientMs: each("client"),
  };
}

function processorTimes(fleet: Fleet, targets: readonly Target[]) {
  return {
    replicas: targets.reduce((sum, { pid }) => sum + processorSeconds(pid), 0),
    database: processorSecondsOfFamily(firstProcess(fleet)),
    client: processorSecondsWithEnded(process.pid),
  };
}

/** Those that serve connections are its children. */
function firstProcess(fleet: Fleet): number {
  const text = readFileSync(join(fleet.postgres.data, "postmaster.pid"), "utf8");
  return Number(text.split("\n")[0]);
}

function rowOf(title: string, replicas: number, rounds: readonly Measured[]): Row {
  const of = (name: keyof Measured) => rounds.map((measured) => measured[name]);
  const each = of("perSecond");
  return [
    title,
    String(replicas),
    rounded(median(each)),
    `${rounded(Math.min(...each))} to ${rounded(Math.max(...each))}`,
    milliseconds(median(of("replicasMs"))),
    milliseconds(median(of("databaseMs"))),
    milliseconds(median(of("clientMs"))),
  ];
}

function positive(name: "replicas" | "rounds" | "seconds" | "images"): number {
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
