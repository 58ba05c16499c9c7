/**
 * `npm run bench:scan`: what it takes to look into an image of Debian and into one with packages of npm, as a
 * program on a layout beside others that list packages, and in a registry; and what advisories take. Needs Linux,
 * root, and of Debian `debootstrap` and `time`. See docs/benchmarks.md.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { debianRoot } from "../test/support/debian-root.ts";
import { buildGoProgram } from "../test/support/go-program.ts";
import { commandLine, writeFigures } from "./document.ts";
import { circumstances, table } from "./report.ts";
import { median } from "./rounds.ts";
import { type BenchImage, benchImages } from "./scan/images.ts";
import { measured, type Taken } from "./scan/measure.ts";
import { type Lister, listers, main as program, programs } from "./scan/peers.ts";
import { scansInRegistry, shippedAdvisories } from "./scan/registry.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    packages: { type: "string", default: "1500" },
    /** Archives of advisories to import, as osv.dev and others publish them; nothing is imported without. */
    advisories: { type: "string", default: "" },
    /** Builds other programs first, with Go. */
    peers: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

type Row = readonly string[];

function summary(runs: readonly Taken[]): Row {
  const of = (figure: (taken: Taken) => number) => median(runs.map(figure));
  return [
    of(({ processorSeconds }) => processorSeconds).toFixed(2),
    Math.min(...runs.map(({ seconds }) => seconds)).toFixed(1),
    Math.max(...runs.map(({ peakMiB }) => peakMiB)).toFixed(0),
  ];
}

/** In turns, so that what else the machine does is everybody's. */
function listed(image: BenchImage, present: readonly Lister[], directory: string): Row[] {
  const runs = new Map(present.map((each) => [each, [] as Taken[]]));
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    for (const each of present) {
      runs.get(each)!.push(measured(directory, each.words(image.layout, directory), each.env));
    }
  }
  return present.map((each) => {
    const taken = runs.get(each)!;
    const count = each.count(taken[0]!.out);
    return [image.title, `packages listed by ${each.name}`, ...summary(taken), String(count)];
  });
}

/** The same with a look for vulnerabilities, by the advisories of the package. */
function scanned(image: BenchImage, directory: string): Row {
  const words = [process.execPath, program, "scan", image.layout, "--format", "json"];
  const settings = { ENTREPOT_DATA: join(directory, "data") };
  measured(directory, words, settings); // Unpacks the snapshot.
  const runs = Array.from({ length: Number(flags.rounds) }, () =>
    measured(directory, words, settings),
  );
  const { findings } = JSON.parse(runs[0]!.out) as { findings: unknown[] };
  return [image.title, "scanned by entrepot", ...summary(runs), `${findings.length} findings`];
}

async function inRegistry(image: BenchImage, directory: string): Promise<Row[]> {
  const rows = await scansInRegistry(image, directory);
  return rows.map(({ what, seconds, processorSeconds, findings }) => [
    ...[image.title, `scanned in a registry, ${what}`, processorSeconds.toFixed(2)],
    ...[seconds.toFixed(1), "-", `${findings} findings`],
  ]);
}

/** What matching takes: what a scan of Debian's list of packages alone has more than a list of these. */
function ofIndex(directory: string): Row {
  const tree = join(directory, "packages");
  for (const path of ["etc/os-release", "var/lib/dpkg/status"]) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), readFileSync(join(debianRoot("debootstrap"), path)));
  }
  const settings = { ENTREPOT_DATA: join(directory, "data") };
  const run = (...words: string[]) =>
    measured(directory, [process.execPath, program, "scan", tree, ...words], settings);
  const [list, scan] = [run("--packages", "--format", "json"), run("--format", "json")];
  const more = (figure: (taken: Taken) => number) => Math.max(0, figure(scan) - figure(list));
  return [
    ...["advisories of the package", "asked for a Debian's packages, above listing these"],
    ...[more(({ processorSeconds }) => processorSeconds).toFixed(2), "-"],
    ...[more(({ peakMiB }) => peakMiB).toFixed(0), "-"],
  ];
}

async function advisories(directory: string): Promise<Row[]> {
  const place = join(directory, "shipped");
  const indexes = shippedAdvisories(place);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await indexes.current();
  const { user, system } = process.cpuUsage(cpu);
  const { path } = (await indexes.file())!;
  const sizeMiB = statSync(path).size / 2 ** 20;
  indexes.close();
  const unpacked: Row = [
    ...["advisories of the package", "unpacked at the first use"],
    ...[((user + system) / 1e6).toFixed(2), ((performance.now() - startedAt) / 1000).toFixed(1)],
    ...["-", `${sizeMiB.toFixed(0)} MiB on disk`],
  ];
  if (flags.advisories === "") return [ofIndex(directory), unpacked];
  const words = [process.execPath, program, "vulndb", "import", flags.advisories];
  const settings = { ENTREPOT_DATA: join(directory, "imported") };
  const taken = measured(directory, words, settings);
  const [told = ""] = /Read \d+ records/.exec(taken.out) ?? [];
  return [
    ofIndex(directory),
    unpacked,
    ["archives as published", "imported", ...summary([taken]), told],
  ];
}

async function main(): Promise<void> {
  if (flags.peers) {
    process.env.GOEXPERIMENT = "jsonv2"; // See `programs`.
    for (const each of Object.values(programs)) buildGoProgram(each);
  }
  const present = listers.filter((each) => each.missing() === undefined);
  for (const each of listers) {
    const reason = each.missing();
    if (reason !== undefined) console.error(`Left out: ${reason}`);
  }
  const directory = mkdtempSync(join(tmpdir(), "entrepot-bench-scan-"));
  try {
    const rows: Row[] = [];
    const add = (more: readonly Row[]) => {
      rows.push(...more);
      for (const row of more) console.error(row.join(" · ")); // It takes minutes.
    };
    for (const image of benchImages(directory, Number(flags.packages))) {
      add(listed(image, present, directory));
      add([scanned(image, directory)]);
      add(await inRegistry(image, directory));
    }
    add(await advisories(directory));
    const head = ["image", "what", "processor seconds", "best seconds", "peak MiB", "told"];
    const ran = circumstances(commandLine("bench:scan"), present);
    const text = `${ran}\n\n${table(head, rows)}`;
    console.log(text);
    if (flags.write) writeFigures("scan figures", text);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
