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
  readonly from: string[];
  readonly to: string[];
}

/** What one image has of packages and the other has not, whichever architectures they are of. */
export function comparePackages(
  from: readonly ListedPackage[],
  to: readonly ListedPackage[],
): PackageComparison {
  const all = new Map<string, Versions>();
  collect(all, from, "from");
  collect(all, to, "to");
  const changes = [...all.values()].map(changeOf).filter((each) => each !== undefined);
  return { changes: changes.sort(byName), same: all.size - changes.length };
}

function collect(all: Map<string, Versions>, some: readonly ListedPackage[], side: "from" | "to") {
  for (const { name, found } of some) {
    const { type, version } = found;
    const key = `${type}\0${name}`;
    const known = all.get(key) ?? { type, name, from: [], to: [] };
    all.set(key, known);
    if (!known[side].includes(version)) known[side].push(version);
  }
}

function changeOf({ type, name, ...versions }: Versions): PackageChange | undefined {
  const from = versions.from.filter((version) => !versions.to.includes(version)).sort();
  const to = versions.to.filter((version) => !versions.from.includes(version)).sort();
  if (from.length === 0 && to.length === 0) return undefined;
  const isNew = versions.from.length === 0;
  const isGone = versions.to.length === 0;
  const change = isNew ? "ADDED" : isGone ? "REMOVED" : moved(type, from, to);
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
