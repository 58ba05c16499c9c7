import type { Finding, VulnerablePackage } from "../finding.ts";
import type { PackageType } from "../found-package.ts";
import type { InstalledPackage } from "../image-inventory.ts";
import type { Advisory, Rating } from "./advisory.ts";
import { advisoryLimits as limits } from "./advisory-limits.ts";
import type { Match } from "./match.ts";
import { type PackageKey, wholeName } from "./package-keys.ts";
import type { VulnerabilityFacts } from "./vulnerability-facts.ts";
import { idSource, plainId } from "./vulnerability-names.ts";

type FactsByCve = ReadonlyMap<string, VulnerabilityFacts>;

export interface FoundAt {
  readonly key: PackageKey;
  readonly found: InstalledPackage;
  readonly places: readonly InstalledPackage[];
}

/** A finding as far as it is the same whichever image the package is in. */
export type FindingOfMatch = Omit<Finding, "package">;

/** Everything that is known of a match: what decides it first, what else tells of it after that. */
export function findingOf(match: Match, placed: FoundAt, facts: FactsByCve): Finding {
  return { ...describeMatch(match, facts), package: packageOf(placed) };
}

/** The same without the package. */
export function describeMatch(match: Match, facts: FactsByCve): FindingOfMatch {
  const { vulnerabilityId, names, advisories, state, fixedVersion } = match;
  const decider = advisories[0]!;
  const known = names.flatMap((name) => facts.get(name) ?? []);
  const own = facts.get(vulnerabilityId);
  const { source, url } = idSource(decider.id);
  const title = first(advisories, ({ title }) => title) ?? first(known, ({ title }) => title);
  const publishedAt =
    first(known, ({ publishedAt }) => publishedAt) ??
    first(advisories, ({ publishedAt }) => publishedAt);
  const epss = own?.epss ?? first(known, ({ epss }) => epss);
  const kev = own?.kev ?? first(known, ({ kev }) => kev);
  const ssvc = own?.ssvc ?? first(known, ({ ssvc }) => ssvc);
  return {
    vulnerabilityId,
    aliases: names.slice(1),
    advisories: advisoryIds(advisories, names),
    source,
    sourceUrl: url(decider.id),
    ...(title === undefined ? {} : { title }),
    ...(publishedAt === undefined ? {} : { publishedAt }),
    updatedAt: Math.max(...advisories.map(({ modifiedAt }) => modifiedAt)),
    ratings: ratingsOf([...advisories, ...known]),
    cwes: unique([...advisories, ...known].flatMap(({ cwes }) => cwes)).slice(0, limits.cwes),
    references: unique(advisories.flatMap(({ references }) => references)).slice(
      0,
      limits.references,
    ),
    state,
    ...(fixedVersion === undefined ? {} : { fixedVersion }),
    ...(epss === undefined ? {} : { epss }),
    ...(kev === undefined ? {} : { kev }),
    ...(ssvc === undefined ? {} : { ssvc }),
  };
}

/** Those that are more than a page about one of the vulnerability's names. */
function advisoryIds(advisories: readonly Advisory[], names: readonly string[]): string[] {
  return unique(advisories.map(({ id }) => id)).filter((id) => !names.includes(plainId(id)));
}

function ratingsOf(sources: readonly { readonly ratings: readonly Rating[] }[]): Rating[] {
  const ratings = sources.flatMap(({ ratings }) => ratings);
  const distinct = new Map(ratings.map((rating) => [JSON.stringify(rating), rating]));
  const [ofPackage, others] = [[...distinct.values()].filter(isOfPackage), [...distinct.values()]];
  return [...ofPackage, ...others.filter((rating) => !isOfPackage(rating))];
}

function isOfPackage({ isOfPackage: is }: Rating): boolean {
  return is === true;
}

function first<Source, Value>(
  sources: readonly Source[],
  read: (source: Source) => Value | undefined,
): Value | undefined {
  for (const source of sources) {
    const value = read(source);
    if (value !== undefined) return value;
  }
  return undefined;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Source: Inspector2's type PackageManager. */
const managers: Readonly<Record<PackageType, string>> = {
  apk: "OS",
  bitnami: "OS",
  cargo: "RUSTBINARY",
  composer: "COMPOSER",
  conda: "CONDA",
  deb: "OS",
  gem: "GEMSPEC",
  golang: "GOBINARY",
  maven: "JAR",
  npm: "NODEPKG",
  nuget: "DOTNET_CORE",
  pypi: "PYTHONPKG",
  rpm: "OS",
};

export function packageOf({ key, found, places }: FoundAt): VulnerablePackage {
  const { type, version, architecture, source } = found;
  const isBySource = source !== undefined && key.name === source.name;
  return {
    type,
    name: wholeName(found),
    version,
    ...(architecture === undefined ? {} : { architecture }),
    ...versionParts(type, version),
    packageManager: managers[type],
    ...(isBySource ? { source } : {}),
    places: places.map(({ path, inside, layerDiffId }) =>
      inside === undefined ? { path, layerDiffId } : { path, inside, layerDiffId },
    ),
  };
}

/** Epoch and release of versions that have such parts. Sources: deb-version(7), rpm-version(7), apk's APKBUILD. */
function versionParts(
  type: PackageType,
  version: string,
): Pick<VulnerablePackage, "epoch" | "upstreamVersion" | "release"> {
  if (type !== "deb" && type !== "rpm" && type !== "apk") return { upstreamVersion: version };
  const colon = type === "apk" ? -1 : version.indexOf(":");
  const epoch = colon === -1 ? "" : version.slice(0, colon);
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  const isNumber = /^\d{1,9}$/.test(epoch);
  return {
    ...(isNumber ? { epoch: Number(epoch) } : {}),
    upstreamVersion: dash <= 0 ? rest : rest.slice(0, dash),
    ...(dash <= 0 ? {} : { release: rest.slice(dash + 1) }),
  };
}
