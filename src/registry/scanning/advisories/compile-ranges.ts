import type { AdvisoryModule, CompareVersions, RangeEvent } from "./advisory.ts";
import { advisoryLimits as limits } from "./advisory-limits.ts";
import { isInRange } from "./judge-version.ts";
import { type Fields, fieldsOf, listOf, member, RecordRefused, textOf } from "./osv-record.ts";

const kinds = [
  ["introduced", "introduced"],
  ["fixed", "fixed"],
  ["last_affected", "last affected"],
] as const;

/**
 * The ranges of an affected package that are told by versions. GIT ranges are left out: an image holds no
 * commits. `onOdd` hears of ranges that cannot be put in order, which are left out as well.
 * @throws RecordRefused
 */
export function compileRanges(
  affected: Fields,
  compare: CompareVersions | undefined,
  onOdd: (reason: string) => void,
): RangeEvent[][] {
  const ranges: RangeEvent[][] = [];
  for (const value of listOf(affected, "ranges", limits.ranges)) {
    const range = fieldsOf(value, "a range");
    const type = textOf(range, "type", 20);
    if (type === "GIT") continue;
    if (type !== "ECOSYSTEM" && type !== "SEMVER") {
      throw new RecordRefused("a range is of no known type");
    }
    const events = eventsOf(range, compare);
    const odd = oddityOf(events, compare);
    if (odd === undefined) ranges.push(inOrder(events, compare));
    else onOdd(odd);
  }
  return ranges;
}

function eventsOf(range: Fields, compare: CompareVersions | undefined): RangeEvent[] {
  const events: RangeEvent[] = [];
  for (const value of listOf(range, "events", limits.eventsOfRange)) {
    const event = fieldsOf(value, "an event");
    for (const [name, kind] of kinds) {
      if (member(event, name) === undefined) continue;
      events.push([kind, mended(textOf(event, name, limits.versionCharacters), compare)]);
    }
  }
  return events;
}

/** Slips that sources make again and again: `1.7.5.-r1` for `1.7.5-r1`, and NVD's `-NA` for no update. */
function mended(version: string, compare: CompareVersions | undefined): string {
  if (compare === undefined || compare(version, version) !== undefined) return version;
  const likely = version.endsWith("-NA") ? version.slice(0, -3) : version.replace(".-r", "-r");
  return compare(likely, likely) === undefined ? version : likely;
}

function oddityOf(events: readonly RangeEvent[], compare: CompareVersions | undefined) {
  if (!events.some(([kind]) => kind === "introduced")) return "a range has no beginning";
  for (const [, version] of events) {
    if (version !== "0" && compare?.(version, version) === undefined) {
      return "a range has an end that is no version";
    }
  }
  return undefined;
}

/** Stable: of equal versions the record's own order decides, as `fixed 2, introduced 2` shows. */
function inOrder(events: RangeEvent[], compare: CompareVersions | undefined): RangeEvent[] {
  return events.toSorted(([, one], [, other]) => {
    if (one === "0" || other === "0") return Number(other === "0") - Number(one === "0");
    return compare?.(one, other) ?? 0;
  });
}

/** Those of the listed versions that no range holds: with the ranges they say the same as all of them. */
export function versionsBeside(
  ranges: readonly (readonly RangeEvent[])[],
  versions: readonly string[],
  compare: CompareVersions | undefined,
): readonly string[] {
  if (compare === undefined || ranges.length === 0) return versions;
  return versions.filter((version) => !ranges.some((range) => isInRange(range, version, compare)));
}

/** Whether an RPM's version is of a module's build: `1:14.18.2-2.module_el8.5.0+2618+8d46dafd`. */
export function isOfModule(version: string): boolean {
  return version.includes(".module");
}

/** What a module's build was made of: the same sources, built for another architecture, are as fixed. */
function beforeModule(version: string): string {
  return version.slice(0, version.indexOf(".module"));
}

/**
 * A record names each build of a module's package as a range of its own. Whoever has one of these builds
 * has the fix, so of builds of one version only the range up to the least of them counts.
 */
export function leastBuilds(
  ranges: readonly (readonly RangeEvent[])[],
  compare: CompareVersions | undefined,
): readonly (readonly RangeEvent[])[] {
  if (compare === undefined || ranges.length < 2) return ranges;
  const least = new Map<
    string,
    { readonly fixed: string; readonly range: readonly RangeEvent[] }
  >();
  const others: (readonly RangeEvent[])[] = [];
  for (const range of ranges) {
    const [first, second] = range;
    const isPlain = range.length === 2 && first?.[0] === "introduced" && second?.[0] === "fixed";
    if (!isPlain || first[1] !== "0" || !isOfModule(second[1])) {
      others.push(range);
      continue;
    }
    const made = beforeModule(second[1]);
    const known = least.get(made);
    if (known === undefined || (compare(second[1], known.fixed) ?? 0) < 0) {
      least.set(made, { fixed: second[1], range });
    }
  }
  return [...others, ...[...least.values()].map(({ range }) => range)];
}

/** Main packages that have their module's name, of modules whose streams are numbers. */
const mainPackages = new Set([
  ...["mariadb", "maven", "mysql", "nginx", "nodejs", "perl", "php", "postgresql", "redis", "ruby"],
  ...["subversion", "swig", "varnish"],
]);

/**
 * Which module's stream a record is about, as far as it tells: by its title (`nodejs:14 security update`),
 * or by the version of the module's main package, which is in every one that changes it.
 */
export function moduleOf(
  title: string | undefined,
  fixedByName: ReadonlyMap<string, string>,
): AdvisoryModule | undefined {
  const builds = [...fixedByName].filter(([, version]) => isOfModule(version));
  if (builds.length === 0) return undefined;
  const titled =
    /(?:^|[\s(])([a-z0-9][a-z0-9-]{0,60}):([a-z0-9][a-z0-9._-]{0,30})(?=$|[\s,)])/.exec(
      title ?? "",
    );
  if (titled !== null) return { name: titled[1]!, stream: titled[2]! };
  const main = builds.find(([name]) => mainPackages.has(name));
  return main === undefined ? {} : { name: main[0], version: upstreamVersion(main[1]) };
}

/** Whether a package's `MODULARITYLABEL` is of the stream that an advisory is about; unknown is taken for yes. */
export function isOfStream(label: string | undefined, module: AdvisoryModule): boolean {
  if (label === undefined) return true; // Of a module, by its version, but the RPM does not tell which.
  const [name = "", stream = ""] = label.split(":");
  if (module.name !== undefined && module.name !== name) return false;
  if (module.stream !== undefined) return module.stream === stream;
  if (module.version === undefined || !/^\d+(\.\d+)*$/.test(stream)) return true;
  return module.version === stream || module.version.startsWith(`${stream}.`);
}

/** Without epoch and release. */
function upstreamVersion(version: string): string {
  const colon = version.indexOf(":");
  const dash = version.lastIndexOf("-");
  return version.slice(colon + 1, dash === -1 ? undefined : dash);
}
