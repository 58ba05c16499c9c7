import { Pace, type Steps } from "../steps.ts";
import { isThirdParty } from "./advisories/third-party.ts";
import type { CurrentRecords } from "./current-records.ts";
import type { LayerInventory, PackageRecord } from "./layer-inventory.ts";
import { nameOf, parentOf } from "./layer-path.ts";
import { resolveLinks } from "./layer-tree.ts";
import { scanningLimits } from "./scanning-limits.ts";

interface Owner {
  /** Layers whose packages of the system have the file. */
  readonly layers: Set<number>;
  /** Whether they still do. */
  isCurrent: boolean;
}

/**
 * Which files packages of the system installed that its own advisories speak of: not those that somebody else
 * built, such as a language's makers for their own users.
 */
export class SystemOwnership {
  readonly #family: string;
  readonly #foreignLists: ReadonlySet<string>;
  readonly #links: ReadonlyMap<string, string>;
  readonly #resolved = new Map<string, string>();
  readonly #owners = new Map<string, Owner>();

  /**
   * @param layers oldest first
   * @param links symbolic links of the image: systems record `/lib/x` where layers have `/usr/lib/x`, and the
   *   other way round
   * @param family whose advisories the image's are; empty where there are none
   */
  static *of(
    layers: readonly LayerInventory[],
    current: CurrentRecords,
    links: ReadonlyMap<string, string>,
    family: string,
  ): Steps<SystemOwnership> {
    const pace = new Pace(scanningLimits.mergedAtOnce);
    const foreign = new Set<string>();
    for (const list of foreignLists(current, family)) {
      if (pace.isOver()) yield;
      foreign.add(list);
    }
    const ownership = new SystemOwnership(family, foreign, links);
    const isCurrent = new Set<PackageRecord>();
    for (const { record } of current.all) {
      if (pace.isOver()) yield;
      isCurrent.add(record);
      // Only files with packages are ever asked for.
      if (record.packages.length > 0) ownership.#ask(record.path);
    }
    for (const [layer, { records }] of layers.entries()) {
      for (const record of records) {
        if (pace.isOver()) yield;
        if (record.ownedPaths === undefined || !current.has(record)) continue;
        for (const path of ownership.#ownPaths(record)) {
          if (pace.isOver()) yield;
          ownership.#add(path, layer, isCurrent.has(record));
        }
      }
    }
    return ownership;
  }

  private constructor(
    family: string,
    foreignLists: ReadonlySet<string>,
    links: ReadonlyMap<string, string>,
  ) {
    this.#family = family;
    this.#foreignLists = foreignLists;
    this.#links = links;
  }

  /**
   * Whether a file is as a package of the system installed it. One that another layer put over it later is not,
   * which shows by that layer having installed no such package.
   * @param layer the oldest that has what the file tells
   */
  isOwned(path: string, layer: number): boolean {
    const owner = this.#owners.get(this.#realPath(path));
    if (owner === undefined || !owner.isCurrent) return false;
    return owner.layers.has(layer) || Math.min(...owner.layers) > layer;
  }

  /** Of the files that a record tells, those of packages that the distribution built. */
  *#ownPaths({ path, ownedPaths = [], owners }: PackageRecord): Generator<string> {
    if (this.#foreignLists.has(path)) return;
    if (owners === undefined) yield* ownedPaths;
    let from = 0;
    for (const { vendor, paths } of owners ?? []) {
      const built = { type: "rpm", version: "", ...(vendor !== undefined && { vendor }) } as const;
      const isOwn = !isThirdParty(built, this.#family);
      if (isOwn) yield* ownedPaths.slice(from, from + paths);
      from += paths;
    }
  }

  #ask(path: string): void {
    this.#owners.set(this.#realPath(path), noOwner());
  }

  #add(path: string, layer: number, isCurrent: boolean): void {
    const owner = this.#owners.get(this.#realPath(path));
    if (owner === undefined) return;
    owner.layers.add(layer);
    owner.isCurrent ||= isCurrent;
  }

  /** Where the file is, by links to its directory. */
  #realPath(path: string): string {
    if (this.#links.size === 0) return path;
    const parent = parentOf(path);
    let resolved = this.#resolved.get(parent);
    if (resolved === undefined) {
      resolved = resolveLinks(this.#links, parent) ?? parent;
      this.#resolved.set(parent, resolved);
    }
    return resolved === "" ? nameOf(path) : `${resolved}/${nameOf(path)}`;
  }
}

function noOwner(): Owner {
  return { layers: new Set(), isCurrent: false };
}

const statusFolder = "var/lib/dpkg/status.d/";

/** Lists of files of Debian packages that somebody else built: who did stands in another file. */
function* foreignLists({ all }: CurrentRecords, family: string): Generator<string> {
  for (const { record } of all) {
    if (record.analyzer !== "dpkg") continue;
    for (const found of record.packages) {
      if (!isThirdParty(found, family)) continue;
      const { name, architecture = "" } = found;
      if (record.path.startsWith(statusFolder)) yield `${record.path}.md5sums`;
      yield `var/lib/dpkg/info/${name}.list`;
      yield `var/lib/dpkg/info/${name}:${architecture}.list`;
    }
  }
}
