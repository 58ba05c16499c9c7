import type { Distribution } from "../distribution.ts";
import type { FoundPackage, PackageType } from "../found-package.ts";
import { advisoryName, ecosystemFamily } from "./advisory.ts";
import { isThirdParty } from "./third-party.ts";

/**
 * How packages are looked up and matched. It is raised where what is here, or in `find-vulnerabilities.ts`,
 * may find otherwise in the same index: then nothing that was matched before is taken to hold still.
 */
export const matcherFormat = 1;

/** Where the advisories of a package are, and which of its versions they are about. */
export interface PackageKey {
  /** As OSV writes it, with the release where there is one. */
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Why a package is not judged: told, so that it is never taken for one without vulnerabilities. */
export type UnjudgedReason =
  /** Nothing in the image says what its distribution is, or no advisories are published for it. */
  | "unknown distribution"
  /** Installed by the system's package manager, built by somebody else. */
  | "third party"
  /** Nobody publishes advisories for such packages. */
  | "no advisories"
  /** There could be advisories, but the index has none for this release or ecosystem. */
  | "not in the index"
  /** Its advisories go by a name that the file does not tell: a jar's group. */
  | "name not known"
  /** It has no place in the order of versions. */
  | "version not comparable";

const languages: Readonly<Partial<Record<PackageType, string>>> = {
  bitnami: "Bitnami",
  cargo: "crates.io",
  composer: "Packagist",
  gem: "RubyGems",
  golang: "Go",
  maven: "Maven",
  npm: "npm",
  nuget: "NuGet",
  pypi: "PyPI",
};

const systems: readonly (readonly [type: PackageType, families: readonly string[]])[] = [
  ["deb", ["Debian", "Ubuntu", "Echo"]],
  [
    "apk",
    ["Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita", "BellSoft Hardened Containers"],
  ],
  [
    "rpm",
    [
      ...["AlmaLinux", "Azure Linux", "Mageia", "openEuler", "openSUSE", "Photon OS", "Red Hat"],
      ...["Rocky Linux", "SUSE"],
    ],
  ],
];

/** Whose advisories go by the names of source packages. Of RPM, most go by binary ones. */
const bySource = new Set([
  ...["Debian", "Ubuntu", "Echo", "Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita"],
  ...["BellSoft Hardened Containers", "Mageia", "Azure Linux"],
]);

/** A package's whole name in its ecosystem: `@babel/core`, `group:artifact`, `github.com/a/b`. */
export function wholeName({ type, namespace, name }: FoundPackage): string {
  if (namespace === undefined || namespace === "") return name;
  const isDivided = type === "npm" || type === "composer" || type === "golang";
  if (isDivided) return `${namespace}/${name}`;
  return type === "maven" ? `${namespace}:${name}` : name;
}

export function isSystemPackage({ type }: Pick<FoundPackage, "type">): boolean {
  return type === "deb" || type === "apk" || type === "rpm";
}

/** Where to look for the advisories of a package, or why nothing is looked for. */
export function packageKey(
  found: FoundPackage,
  distribution: Distribution | undefined,
): PackageKey | UnjudgedReason {
  if (isSystemPackage(found)) return systemKey(found, distribution);
  const ecosystem = languages[found.type];
  if (ecosystem === undefined) return "no advisories";
  if (found.type === "maven" && !found.namespace) return "name not known";
  const name = advisoryName(ecosystem, wholeName(found));
  return { ecosystem, name, version: found.version };
}

function systemKey(
  found: FoundPackage,
  distribution: Distribution | undefined,
): PackageKey | UnjudgedReason {
  const ecosystem = distribution?.ecosystem;
  if (ecosystem === undefined) return "unknown distribution";
  const family = ecosystemFamily(ecosystem);
  const known = systems.find(([type]) => type === found.type)?.[1] ?? [];
  if (!known.includes(family)) return "unknown distribution";
  if (isThirdParty(found, family)) return "third party";
  const { name, version, source } = found;
  if (!bySource.has(family) || source === undefined) return { ecosystem, name, version };
  // Alpine's packages have the version of what they are built from; Debian's may have one of their own.
  const judged = found.type === "deb" ? source.version : version;
  return { ecosystem, name: source.name, version: judged };
}

/**
 * Whether an advisory's ecosystem is a package's. Releases are compared exactly; without one, all are meant.
 * A Maven group or a Composer vendor names one package, from whichever repository it came.
 */
export function isOfEcosystem(advisory: string, wanted: string, name: string): boolean {
  if (advisory === wanted) return true;
  const family = ecosystemFamily(wanted);
  if (ecosystemFamily(advisory) !== family) return false;
  if (advisory === family || family === "Maven") return true;
  return advisory === "Packagist:https://packages.drupal.org/8" && name.startsWith("drupal/");
}
