import type { PackageType } from "../scanning/found-package.ts";
import { compareVersions, versionScheme } from "../scanning/versions/compare-versions.ts";
import type { ListedPackage } from "./image-packages.ts";

/** `CHANGED` is said where versions have no order, or an image has several. */
export type PackageChangeKind = "ADDED" | "REMOVED" | "UPGRADED" | "DOWNGRADED" | "CHANGED";

export interface PackageChange {
  readonly change: PackageChangeKind;
  readonly type: PackageType;
  readonly name: string;
  /** Those that one image alone has. */
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface PackageComparison {
  /** By name, then by type. */
  readonly changes: readonly PackageChange[];
  /** Packages that both have in the same versions. */
  readonly same: number;
}

/** By whose versions those of a type are ordered: distributions of a type do not differ in that. */
const ecosystems: Readonly<Partial<Record<PackageType, string>>> = {
  ...{ apk: "Alpine", bitnami: "Bitnami", cargo: "crates.io", composer: "Packagist" },
  ...{ deb: "Debian", gem: "RubyGems", golang: "Go", maven: "Maven", npm: "npm" },
  ...{ nuget: "NuGet", pypi: "PyPI", rpm: "Red Hat" },
};

/** Most packages have one version: lists of a few take less than sets. */
interface Versions {
  readonly type: PackageType;
  readonly name: string;
  from: readonly string[];
  to: readonly string[];
}

const none: readonly string[] = [];

/** What one image has of packages and the other has not, whichever architectures they are of. */
export function comparePackages(
  from: readonly ListedPackage[],
  to: readonly ListedPackage[],
): PackageComparison {
  // By type and name, each as it is: a key of both would have to be made for each package.
  const all = new Map<PackageType, Map<string, Versions>>();
  collect(all, from, "from");
  collect(all, to, "to");
  const changes: PackageChange[] = [];
  let same = 0;
  for (const ofType of all.values()) {
    for (const versions of ofType.values()) {
      const change = changeOf(versions);
      if (change === undefined) same += 1;
      else changes.push(change);
    }
  }
  return { changes: changes.sort(byName), same };
}

function collect(
  all: Map<PackageType, Map<string, Versions>>,
  some: readonly ListedPackage[],
  side: "from" | "to",
) {
  for (const { name, found } of some) {
    const { type, version } = found;
    let ofType = all.get(type);
    if (ofType === undefined) {
      ofType = new Map();
      all.set(type, ofType);
    }
    let known = ofType.get(name);
    if (known === undefined) {
      known = { type, name, from: none, to: none };
      ofType.set(name, known);
    }
    const versions = known[side];
    if (versions.length === 0) known[side] = [version];
    else if (!versions.includes(version)) known[side] = [...versions, version];
  }
}

function changeOf({ type, name, from: before, to: after }: Versions): PackageChange | undefined {
  if (before.length === 1 && after.length === 1 && before[0] === after[0]) return undefined;
  const from = before.filter((version) => !after.includes(version)).sort();
  const to = after.filter((version) => !before.includes(version)).sort();
  if (from.length === 0 && to.length === 0) return undefined;
  const change =
    before.length === 0 ? "ADDED" : after.length === 0 ? "REMOVED" : moved(type, from, to);
  return { change, type, name, from, to };
}

function moved(type: PackageType, from: readonly string[], to: readonly string[]) {
  const [before, after] = [from[0], to[0]];
  const scheme = versionScheme(ecosystems[type] ?? "");
  const isOne = from.length === 1 && to.length === 1;
  if (!isOne || before === undefined || after === undefined || scheme === undefined) {
    return "CHANGED";
  }
  const order = compareVersions(scheme, before, after) ?? 0;
  if (order === 0) return "CHANGED";
  return order < 0 ? "UPGRADED" : "DOWNGRADED";
}

function byName(one: PackageChange, other: PackageChange): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return one.type < other.type ? -1 : 1;
}
