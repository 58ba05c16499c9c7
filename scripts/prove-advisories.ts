/**
 * Compares the scanner's judgement with the slow matcher's, over every record of a folder of archives:
 * `node scripts/run.mjs scripts/prove-advisories.ts <index file> <folder of osv archives> [<ecosystem folder>]`.
 * `SEED` and `PROBES` (versions for each record) are read from the environment. Fails on the first difference
 * that is not the `v` of a tag, which is no part of a version for us and is one for the schema.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { SqliteAdvisoryIndex } from "../src/adapters/advisories/sqlite-advisory-index.ts";
import { zipMembers } from "../src/adapters/advisories/zip-members.ts";
import {
  type Advisory,
  advisoryName,
  type CompareVersions,
  ecosystemFamily,
} from "../src/registry/scanning/advisories/advisory.ts";
import { comparisons } from "../src/registry/scanning/advisories/compare-of.ts";
import { matchAdvisories } from "../src/registry/scanning/advisories/match.ts";
import { type OsvRecord, probesOf, slowlyAffects } from "../test/support/slow-osv-matcher.ts";

interface Named {
  readonly ecosystem: string;
  readonly name: string;
  readonly records: Map<string, OsvRecord>;
}

const [file = "", folder = "", only] = process.argv.slice(2);
const probes = Number(process.env.PROBES ?? 10);
let seed = Number(process.env.SEED ?? 1);
const compareOf = comparisons();
const index = SqliteAdvisoryIndex.open(file);
const counts = { judged: 0, affected: 0, missed: 0, extra: 0, unordered: 0 };

function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
  return seed / 0x7fffffff;
}

function recordsByName(): Named[] {
  const found = new Map<string, Named>();
  for (const part of readdirSync(folder)) {
    if (only !== undefined && part !== only) continue;
    for (const member of zipMembers(join(folder, part, "all.zip"), 100_000_000)) {
      const record = JSON.parse(member.read().toString()) as OsvRecord;
      for (const { package: named } of record.affected ?? []) {
        if (named === undefined || compareOf(named.ecosystem) === undefined) continue;
        const key = `${named.ecosystem}\n${named.name}`;
        const known = found.get(key) ?? { ...named, records: new Map<string, OsvRecord>() };
        found.set(key, known);
        if (!known.records.has(record.id)) known.records.set(record.id, record);
      }
    }
  }
  return [...found.values()];
}

/** Withdrawn, of no vulnerability, or an erratum that names none. */
function isSilent(record: OsvRecord, { ecosystem, name }: Named): boolean {
  if (record.withdrawn !== undefined) return true;
  const { aliases = [], upstream = [] } = record;
  const words = [
    record,
    ...(record.affected ?? []).filter(({ package: one }) => {
      return one?.ecosystem === ecosystem && one.name === name;
    }),
  ].flatMap(({ database_specific: words }) => words?.informational ?? []);
  if (words.length > 0)
    return words[0] !== "unsound" || !aliases.some((id) => id.startsWith("CVE-"));
  return /^AL[BE]A-/.test(record.id) && aliases.length + upstream.length === 0;
}

/** AlmaLinux's modules: of one kind with the package, and below every build of one version. */
function slowlyAffectsModule(
  record: OsvRecord,
  named: Named,
  version: string,
  compare: CompareVersions,
) {
  const fixed = (record.affected ?? [])
    .filter(({ package: one }) => one?.ecosystem === named.ecosystem && one.name === named.name)
    .flatMap(({ ranges = [] }) => ranges.flatMap(({ events }) => events))
    .flatMap((event) => event.fixed ?? []);
  const isModule = fixed.some((at) => at.includes(".module"));
  if (isModule !== version.includes(".module")) return false;
  if (!isModule) return slowlyAffects(record, named.ecosystem, named.name, version, compare);
  const builds = Map.groupBy(fixed, (at) => at.split(".module", 1)[0]);
  return builds.values().some((all) => all.every((at) => (compare(version, at) ?? 0) < 0));
}

function judge(named: Named, advisories: readonly Advisory[], version: string): void {
  const { ecosystem } = named;
  const compare = compareOf(ecosystem)!;
  const family = ecosystemFamily(ecosystem);
  const isRpm = family === "AlmaLinux";
  const key = { ecosystem, name: advisoryName(family, named.name), version };
  const found = { type: isRpm ? "rpm" : "npm", version } as const;
  const matches = matchAdvisories(key, found, advisories, compare);
  const hits = matches
    .flatMap((match) => match.advisories)
    .filter((one) => one.ecosystem === ecosystem);
  const ids = new Set(hits.map(({ id }) => id));
  for (const record of named.records.values()) {
    const slowly = isRpm
      ? slowlyAffectsModule(record, named, version, compare)
      : slowlyAffects(record, ecosystem, named.name, version, compare);
    if (slowly === undefined) {
      counts.unordered += 1;
      continue;
    }
    const wanted = slowly && !isSilent(record, named);
    counts.judged += 1;
    if (wanted) counts.affected += 1;
    if (wanted === ids.has(record.id) || (version.startsWith("v") && !wanted)) continue;
    counts[wanted ? "missed" : "extra"] += 1;
    process.stdout.write(
      `${wanted ? "missed" : "extra"}: ${record.id} ${ecosystem} ${named.name} ${version}\n`,
    );
  }
}

for (const named of recordsByName()) {
  const family = ecosystemFamily(named.ecosystem);
  const name = advisoryName(family, named.name);
  const known = await index.advisories([{ ecosystem: family, name }]);
  const chosen = new Set<string>();
  for (const record of named.records.values()) {
    const near = probesOf(record, named.ecosystem, named.name);
    for (let at = 0; at < probes; at += 1) chosen.add(near[Math.floor(random() * near.length)]!);
  }
  for (const version of [...chosen].slice(0, 400)) {
    judge(named, known.get(`${family}\n${name}`) ?? [], version);
  }
}
process.stdout.write(`${JSON.stringify(counts)}\n`);
if (counts.missed + counts.extra > 0) process.exitCode = 1;
