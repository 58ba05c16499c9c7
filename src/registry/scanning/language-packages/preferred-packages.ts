import { Pace, type Steps } from "../../steps.ts";
import type { InstalledPackage } from "../image-inventory.ts";
import { scanningLimits } from "../scanning-limits.ts";
import { composerLock, composerPackages } from "./composer-packages.ts";
import { dotnetPackages } from "./dotnet-packages.ts";
import { embeddedSboms } from "./embedded-sboms.ts";
import { gemfileLock } from "./gemfile-lock.ts";
import { lockFileAnalyzers } from "./language-analyzers.ts";
import { npmPackages } from "./npm-packages.ts";
import { nugetLock } from "./nuget-lock.ts";
import { rubyGems } from "./ruby-gems.ts";

/**
 * Leaves out what better records of the same image tell of. A lock file tells what was wanted, perhaps with
 * what only building needs: it holds only where nothing that its installer would have installed is there. A
 * bill of materials is a copy: packages of the system are the package manager's to tell, of whatever version;
 * of others it adds what no other record has. The order stays.
 */
export function* preferredPackages(
  packages: readonly InstalledPackage[],
): Steps<readonly InstalledPackage[]> {
  const pace = new Pace(scanningLimits.mergedAtOnce);
  const installed = yield* installedPaths(packages);
  const recorded = new Set<string>();
  for (const found of packages) {
    if (pace.isOver()) yield;
    if (found.analyzer !== embeddedSboms.name) recorded.add(identity(found));
  }
  const preferred: InstalledPackage[] = [];
  for (const found of packages) {
    if (pace.isOver()) yield;
    const isPreferred = locks.has(found.analyzer)
      ? !isInstalled(found, installed)
      : found.analyzer !== embeddedSboms.name || !recorded.has(identity(found));
    if (isPreferred) preferred.push(found);
  }
  return preferred;
}

const locks: ReadonlySet<string> = new Set(lockFileAnalyzers.map(({ name }) => name));

/** What tells that a lock file's packages are installed, and whether it must be below the lock file's folder. */
const installers: ReadonlyMap<string, { analyzer: string; isBelow: boolean }> = new Map([
  [gemfileLock.name, { analyzer: rubyGems.name, isBelow: false }],
  [composerLock.name, { analyzer: composerPackages.name, isBelow: true }],
  [nugetLock.name, { analyzer: dotnetPackages.name, isBelow: false }],
]);
/** Of all of npm's kind, which install in the same way. */
const ofNpm = { analyzer: npmPackages.name, isBelow: true };

/** By analyzer, the folders that have one of its records somewhere below. */
type InstalledPaths = ReadonlyMap<string, ReadonlySet<string>>;

function* installedPaths(packages: readonly InstalledPackage[]): Steps<InstalledPaths> {
  const pace = new Pace(scanningLimits.mergedAtOnce);
  const folders = new Map<string, Set<string>>();
  for (const { analyzer, path } of packages) {
    if (pace.isOver()) yield;
    if (locks.has(analyzer) || analyzer === embeddedSboms.name) continue;
    const known = folders.get(analyzer) ?? new Set([""]);
    folders.set(analyzer, known);
    // Whatever is above a known folder is known.
    for (let above = folderOf(path); !known.has(above); above = folderOf(above)) known.add(above);
  }
  return folders;
}

function isInstalled(found: InstalledPackage, installed: InstalledPaths): boolean {
  const { analyzer, isBelow } = installers.get(found.analyzer) ?? ofNpm;
  const folders = installed.get(analyzer);
  if (folders === undefined) return false;
  const folder = folderOf(found.path);
  if (!isBelow) return true;
  return folders.has(within(folder, analyzer === npmPackages.name ? "node_modules" : "vendor"));
}

function within(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

const ofTheSystem: ReadonlySet<string> = new Set(["apk", "deb", "rpm"]);

function identity({ type, namespace = "", name, version }: InstalledPackage): string {
  return `${type}\n${namespace}\n${name}\n${ofTheSystem.has(type) ? "" : version}`;
}
