import {
  type Advisory,
  type AdvisoryModule,
  type AdvisoryState,
  advisoryName,
  type CompareOf,
  ecosystemFamily,
  type RangeEvent,
  type Rating,
} from "./advisory.ts";
import { advisoryLimits as limits } from "./advisory-limits.ts";
import { compileRanges, leastBuilds, moduleOf, versionsBeside } from "./compile-ranges.ts";
import {
  type Fields,
  fieldsOf,
  listOf,
  member,
  optionalFields,
  optionalText,
  optionalTime,
  RecordRefused,
  textOf,
  textsOf,
  titleOf,
} from "./osv-record.ts";
import { cwesOf, vectorsOf, wordOf } from "./record-ratings.ts";
import { cveNumber, idSource } from "./vulnerability-names.ts";

/** A record, compiled. */
export interface CompiledRecord {
  readonly id: string;
  readonly modifiedAt: number;
  /** One for each package and release that it speaks of; none of a record that is about no package. */
  readonly advisories: readonly Advisory[];
  /** It names no package at all: a record of a CVE by itself. */
  readonly isOfNoPackage: boolean;
  /** Why parts of it were left out. */
  readonly odd: readonly string[];
}

/** What all packages of a record have in common. */
type Shared = Omit<Advisory, "ecosystem" | "name" | "ranges" | "versions" | "state" | "module">;

/** What a record says of one package: its `affected` entries may say it piece by piece. */
interface Part {
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: RangeEvent[][];
  readonly versions: string[];
  readonly ratings: Rating[];
  informational: string | undefined;
  state: AdvisoryState | undefined;
  module: AdvisoryModule | undefined;
}

/**
 * Reads a record of OSV, schema 1.0 to 1.7. Anyone can have written it: what it must have is checked, what is
 * not known is skipped.
 * @throws RecordRefused
 */
export function compileOsv(value: unknown, compareOf: CompareOf): CompiledRecord {
  const record = fieldsOf(value, "the record");
  const shared = sharedOf(record);
  const odd: string[] = [];
  const parts = new Map<string, Part>();
  for (const entry of listOf(record, "affected", limits.affected)) {
    addPart(parts, fieldsOf(entry, "an affected entry"), shared, { compareOf, odd });
  }
  const module = modules(shared.title, parts);
  const advisories: Advisory[] = [];
  for (const part of parts.values()) {
    const advisory = finished(shared, part, module, compareOf);
    const { ranges, versions, state } = advisory;
    // What neither names a version nor says why not can tell nothing of a package.
    if (ranges.length > 0 || versions.length > 0 || state !== undefined) advisories.push(advisory);
  }
  const isOfNoPackage = listOf(record, "affected", limits.affected).length === 0;
  return { id: shared.id, modifiedAt: shared.modifiedAt, advisories, isOfNoPackage, odd };
}

function sharedOf(record: Fields): Shared {
  const { aliases: most, idCharacters } = limits;
  const id = textOf(record, "id", idCharacters);
  const modifiedAt = optionalTime(record, "modified");
  if (modifiedAt === undefined) throw new RecordRefused("modified is missing");
  const publishedAt = optionalTime(record, "published");
  const withdrawnAt = optionalTime(record, "withdrawn");
  const database = optionalFields(record, "database_specific");
  const informational = informationalOf(id, record, database);
  const title = titleOf(record);
  return {
    id,
    aliases: namesIn(record, "aliases", most, idCharacters, id),
    upstream: namesIn(record, "upstream", most, idCharacters, id),
    ratings: [
      ...vectorsOf(record, idSource(id).rater),
      ...wordOf(database, "severity", idSource(id).rater),
    ],
    modifiedAt,
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(withdrawnAt === undefined ? {} : { withdrawnAt }),
    ...(informational === undefined ? {} : { informational }),
    ...(title === undefined ? {} : { title }),
    cwes: cwesOf(database),
    references: referencesOf(record, id),
  };
}

function namesIn(record: Fields, name: string, most: number, longest: number, id: string) {
  return [...new Set(textsOf(record, name, most, longest))].filter(
    (text) => text !== id && text !== "",
  );
}

/** Errata that mend no vulnerability, and what is known of a package without being one. */
function informationalOf(id: string, record: Fields, database: Fields): string | undefined {
  const said = optionalText(database, "informational", 50);
  if (said !== undefined) return said;
  const named = [
    ...textsOf(record, "upstream", limits.aliases, limits.idCharacters),
    ...textsOf(record, "aliases", limits.aliases, limits.idCharacters),
  ];
  if (named.length > 0) return undefined;
  if (/^(AL|RL|RH)BA-/.test(id)) return "bug fix";
  return /^(AL|RL|RH)EA-/.test(id) ? "enhancement" : undefined;
}

const referenceTypes = ["ADVISORY", "FIX", "REPORT", "WEB"] as const;

/** Those that tell people what to do come first. Only what a browser opens, and not what the names lead to. */
function referencesOf(record: Fields, id: string): string[] {
  const value = member(record, "references");
  if (!Array.isArray(value)) return [];
  const found: { readonly url: string; readonly place: number }[] = [];
  for (const entry of value.slice(0, 1_000)) {
    if (typeof entry !== "object" || entry === null) continue;
    const url = member(entry as Fields, "url");
    const type = member(entry as Fields, "type");
    const place = referenceTypes.findIndex((each) => each === type);
    if (typeof url !== "string" || url.length > limits.referenceCharacters) continue;
    if (!url.isWellFormed()) continue;
    const last = url.slice(url.lastIndexOf("/") + 1);
    if (url === idSource(id).url(id) || url === idSource(last).url(last)) continue;
    if (/^https?:\/\/[^\s<>"]+$/.test(url)) found.push({ url, place: place === -1 ? 9 : place });
  }
  const sorted = found.sort((one, other) => one.place - other.place).map(({ url }) => url);
  return [...new Set(sorted)].slice(0, limits.references);
}

function addPart(
  parts: Map<string, Part>,
  affected: Fields,
  shared: Shared,
  { compareOf, odd }: { readonly compareOf: CompareOf; readonly odd: string[] },
): void {
  // Of commits alone, and of nothing that can be in an image.
  if (member(affected, "package") === undefined) return;
  const wanted = fieldsOf(member(affected, "package"), "a package");
  const ecosystem = textOf(wanted, "ecosystem", limits.nameCharacters);
  const family = ecosystemFamily(ecosystem);
  if (compareOf(ecosystem) === undefined) return; // Nothing that is looked for is of that ecosystem.
  const name = advisoryName(family, textOf(wanted, "name", limits.nameCharacters));
  const key = `${ecosystem}\n${name}`;
  const part = parts.get(key) ?? newPart(ecosystem, name);
  parts.set(key, part);
  part.ranges.push(...compileRanges(affected, compareOf(ecosystem), (reason) => odd.push(reason)));
  const { versions, versionCharacters } = limits;
  for (const version of textsOf(affected, "versions", versions, versionCharacters)) {
    part.versions.push(version);
  }
  addWords(part, affected, wanted, idSource(shared.id).rater);
}

function newPart(ecosystem: string, name: string): Part {
  return {
    ecosystem,
    name,
    ranges: [],
    versions: [],
    ratings: [],
    informational: undefined,
    state: undefined,
    module: undefined,
  };
}

/** What sources add in words of their own. Sources: the records of each in osv.dev's archives. */
function addWords(part: Part, affected: Fields, wanted: Fields, rater: string): void {
  const places = ["ecosystem_specific", "database_specific"].map((n) =>
    optionalFields(affected, n),
  );
  const added = [
    ...vectorsOf(affected, rater),
    ...places.flatMap((place) => [
      ...wordOf(place, "urgency", rater),
      ...wordOf(place, "severity", rater),
    ]),
  ].map((rating): Rating => ({ ...rating, isOfPackage: true }));
  for (const rating of added) {
    const text = JSON.stringify(rating);
    if (!part.ratings.some((known) => JSON.stringify(known) === text)) part.ratings.push(rating);
  }
  for (const place of places) {
    part.informational ??= optionalText(place, "informational", 50);
    for (const name of ["state", "status", "fix_state", "urgency", "availability"]) {
      part.state ??= stateOf(member(place, name));
    }
    const stream = optionalText(place, "rpmmod", 200);
    if (stream !== undefined) part.module ??= moduleIn(stream);
  }
  const purl = optionalText(wanted, "purl", 2_000) ?? "";
  const stream = /[?&]rpmmod=([^&#]{1,200})/.exec(purl)?.[1];
  if (stream !== undefined) part.module ??= moduleIn(stream.replaceAll(/%3a/gi, ":"));
}

function moduleIn(label: string): AdvisoryModule {
  const [name = "", stream] = label.split(":");
  return stream === undefined || stream === "" ? { name } : { name, stream };
}

/** Words that trackers have for why there is no fix, in lower case and without marks between them. */
const states: Readonly<Record<string, AdvisoryState>> = {
  "not affected": "not affected",
  notaffected: "not affected",
  "not vulnerable": "not affected",
  "will not fix": "will not fix",
  "wont fix": "will not fix",
  ignored: "will not fix",
  "no dsa": "will not fix",
  "under investigation": "under investigation",
  undetermined: "under investigation",
  "needs triage": "under investigation",
  "end of life": "end of life",
  "out of support scope": "end of life",
};

function stateOf(word: unknown): AdvisoryState | undefined {
  if (typeof word !== "string" || word.length > 50) return undefined;
  const plain = word
    .toLowerCase()
    .replaceAll(/[-_<> ]+/g, " ")
    .replaceAll("'", "")
    .trim();
  return Object.hasOwn(states, plain) ? states[plain] : undefined;
}

/** By release: which stream of a module a record is about. */
function modules(title: string | undefined, parts: ReadonlyMap<string, Part>) {
  const fixed = new Map<string, Map<string, string>>();
  for (const { ecosystem, name, ranges } of parts.values()) {
    if (!isRpm(ecosystem)) continue;
    const ofRelease = fixed.get(ecosystem) ?? new Map<string, string>();
    fixed.set(ecosystem, ofRelease);
    for (const [kind, version] of ranges.flat()) {
      if (kind === "fixed" && version.includes(".module")) ofRelease.set(name, version);
    }
  }
  const found = new Map<string, AdvisoryModule | undefined>();
  for (const [ecosystem, byName] of fixed) found.set(ecosystem, moduleOf(title, byName));
  return found;
}

function isRpm(ecosystem: string): boolean {
  return /^(AlmaLinux|Rocky Linux|Red Hat|openEuler)/.test(ecosystem);
}

function finished(
  shared: Shared,
  part: Part,
  modules: ReadonlyMap<string, AdvisoryModule | undefined>,
  compareOf: CompareOf,
): Advisory {
  const { ecosystem, name, state } = part;
  const compare = compareOf(ecosystem);
  const hasModule = part.ranges.some((range) => range.some(([, v]) => v.includes(".module")));
  const module = part.module ?? (hasModule ? (modules.get(ecosystem) ?? {}) : undefined);
  const ranges = module === undefined ? part.ranges : leastBuilds(part.ranges, compare);
  const informational = shared.informational ?? kindOf(part, shared);
  const versions = [...new Set(versionsBeside(ranges, part.versions, compare))];
  return {
    ...shared,
    ecosystem,
    name,
    ranges,
    versions,
    // What is said of the package stands in for what its source says of the vulnerability.
    ratings: [...part.ratings, ...shared.ratings],
    ...(state === undefined ? {} : { state }),
    ...(module === undefined ? {} : { module }),
    ...(informational === undefined ? {} : { informational }),
  };
}

/** Unsound code that was given a CVE is a vulnerability all the same. */
function kindOf({ informational }: Part, { aliases }: Shared): string | undefined {
  const hasCve = aliases.some((alias) => cveNumber(alias) !== undefined);
  return informational === "unsound" && hasCve ? undefined : informational;
}
