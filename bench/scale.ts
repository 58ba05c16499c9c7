/** `npm run bench:scale`: few images beside many, on both kinds of stores. See docs/benchmarks.md. */
import { parseArgs } from "node:util";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot } from "./peers.ts";
import { temporaryFolder } from "./places.ts";
import { circumstances, milliseconds, type Row, table } from "./report.ts";
import { median, writeBack } from "./rounds.ts";
import type { Contents } from "./scale/fill.ts";
import { type Question, questions, Site } from "./scale/requests.ts";
import { ScaleStores, type StoreKind, storeTitles } from "./scale/stores.ts";

const usage = `npm run bench:scale -- [options]
  --images 1000000       images of the large deployment; a tenth of them in one repository
  --repositories 100000  their repositories
  --rounds 5             rounds, at most 5; the median counts
  --only sqlite          one kind of store alone: sqlite, postgres
  --request push         those requests alone whose title has this
  --write                write docs/benchmarks.md
`;

const { values: flags } = parseArgs({
  options: {
    images: { type: "string", default: "1000000" },
    repositories: { type: "string", default: "100000" },
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    request: { type: "string", default: "" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const small: Contents = { images: 1_000, repositories: 100, inLargest: 300 };
const head: Row = [
  "request",
  "p50 small",
  "p50 large",
  "ratio",
  "over the rounds",
  "p99 small",
  "p99 large",
  "ratio of p99",
];

async function main(): Promise<void> {
  const kinds = chosen();
  asked(); // Known to be there before anything is filled.
  const images = atLeast("images", small.images);
  // What is pulled for the first time does not last for more.
  const rounds = Math.min(5, atLeast("rounds", 1));
  const large = {
    images,
    repositories: atLeast("repositories", small.repositories),
    inLargest: Math.max(small.inLargest, Math.floor(images / 10)),
  };
  const versions: { name: string; version: () => string }[] = [entrepot];
  let text = `Small: ${described(small)}. Large: ${described(large)}. Times in milliseconds.\n`;
  for (const kind of kinds) {
    say(storeTitles[kind]);
    const stores = await ScaleStores.start(kind, temporaryFolder(), say);
    try {
      const [less, more] = await stores.serve([small, large], { verify: 0 });
      const rows = await compare(new Site(less!), new Site(more!), rounds);
      text += `\n${storeTitles[kind]}:\n\n${table(head, rows)}`;
      const [row] = (await stores.postgres?.execute("show server_version")) ?? [];
      const version = row?.server_version;
      if (version !== undefined) versions.push({ name: "PostgreSQL", version: () => `${version}` });
    } finally {
      await stores.stop();
    }
  }
  const facts = circumstances(commandLine("bench:scale"), versions);
  process.stdout.write(`\n${facts}\n${text}`);
  if (flags.write) writeFigures("scale figures", `${facts}\n${text}`);
}

/** Round 0 warms up. */
async function compare(less: Site, more: Site, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const question of asked()) {
    const times: Times = { less: [], more: [] };
    for (let round = 0; round <= rounds; round++) {
      await writeBack();
      const taken = await ask(less, more, question, round);
      if (round === 0) continue;
      times.less.push(taken.less);
      times.more.push(taken.more);
    }
    const row = rowOf(question.title, times.less, times.more);
    say(`  ${row.join("  ")}`);
    rows.push(row);
  }
  less.close();
  more.close();
  return rows;
}

/** Of each round, the times that its requests took. */
type Times = Record<"less" | "more", number[][]>;

/** Asks both in turns, request by request, so that what else the machine does is shared by both. */
async function ask(less: Site, more: Site, question: Question, round: number) {
  const turns = [
    { site: less, times: [] as number[] },
    { site: more, times: [] as number[] },
  ] as const;
  const { perRound } = question;
  for (let index = round * perRound; index < (round + 1) * perRound; index++) {
    for (const { site, times } of index % 2 === 0 ? turns : turns.toReversed()) {
      const timed = await question.prepare(site, index);
      const startedAt = performance.now();
      await timed();
      times.push(performance.now() - startedAt);
    }
  }
  return { less: turns[0].times, more: turns[1].times };
}

/** p50 of each round, of which the median counts; p99 over all rounds, since it takes many requests. */
function rowOf(title: string, less: readonly number[][], more: readonly number[][]): Row {
  const each = more.map((times, round) => quantile(times, 0.5) / quantile(less[round]!, 0.5));
  const p50 = [less, more].map((rounds) => median(rounds.map((times) => quantile(times, 0.5))));
  const p99 = [less, more].map((rounds) => quantile(rounds.flat(), 0.99));
  return [
    title,
    milliseconds(p50[0]!),
    milliseconds(p50[1]!),
    (p50[1]! / p50[0]!).toFixed(2),
    `${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`,
    milliseconds(p99[0]!),
    milliseconds(p99[1]!),
    (p99[1]! / p99[0]!).toFixed(2),
  ];
}

function quantile(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)]!;
}

function described({ images, repositories, inLargest }: Contents): string {
  const number = (value: number) => value.toLocaleString("en-US");
  return `${number(images)} images in ${number(repositories)} repositories, ${number(inLargest)} of them in one`;
}

function chosen(): readonly StoreKind[] {
  const known = Object.keys(storeTitles) as StoreKind[];
  const wanted = flags.only === undefined ? known : known.filter((kind) => kind === flags.only);
  if (wanted.length === 0) throw new Error(`no such kind of store: ${flags.only}\n${usage}`);
  return wanted;
}

function asked(): readonly Question[] {
  const wanted = questions.filter(({ title }) => title.includes(flags.request));
  if (wanted.length === 0) throw new Error(`no such request: ${flags.request}\n${usage}`);
  return wanted;
}

function atLeast(name: "images" | "repositories" | "rounds", least: number): number {
  const value = Number(flags[name]);
  if (!(value >= least)) throw new Error(`--${name} is a number from ${least} on`);
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
