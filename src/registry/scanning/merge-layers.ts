import { Pace, type Steps } from "../steps.ts";
import { ecosystemFamily } from "./advisories/advisory.ts";
import { CurrentRecords, recordKey } from "./current-records.ts";
import type { Distribution } from "./distribution.ts";
import type { FoundPackage } from "./found-package.ts";
import type { ImageInventory, InstalledPackage } from "./image-inventory.ts";
import type { LayerInventory, UnreadFile } from "./layer-inventory.ts";
import { LayerVisibility } from "./layer-visibility.ts";
import { scanningLimits } from "./scanning-limits.ts";
import { SystemOwnership } from "./system-ownership.ts";

/** How the distribution is told from the files that tell it, by their paths. */
type DistributionOf = (systemFiles: Readonly<Record<string, string>>) => Distribution | undefined;

/**
 * What is in an image of these layers, the oldest first. Of each file the newest copy counts, if it is still
 * there; a package is of the oldest layer whose copy of the same file has the same version of it. In steps:
 * at the bounds of `ImageBounds` it takes seconds.
 */
export function* mergeLayers(
  layers: readonly LayerInventory[],
  distributionOf: DistributionOf,
): Steps<ImageInventory> {
  const links = yield* linksOf(layers);
  const visibility = yield* LayerVisibility.of(layers, pathsOf(layers, links));
  const current = yield* CurrentRecords.of(layers, visibility);
  const distribution = distributionOf(currentSystemFiles(layers, visibility));
  const family = ecosystemFamily(distribution?.ecosystem ?? "");
  const visible = yield* visibleLinks(links, visibility);
  const ownership = yield* SystemOwnership.of(layers, current, visible, family);
  return {
    ...(distribution !== undefined && { distribution }),
    packages: yield* installedPackages(layers, current, ownership),
    unread: yield* unreadFiles(layers, visibility),
  };
}

interface Link {
  readonly path: string;
  readonly target: string;
  readonly layer: number;
}

function* linksOf(layers: readonly LayerInventory[]): Steps<Link[]> {
  const pace = new Pace(scanningLimits.mergedAtOnce);
  const links: Link[] = [];
  for (const [layer, { files }] of layers.entries()) {
    for (const { path, kind, target = "" } of files) {
      if (pace.isOver()) yield;
      if (kind === "symlink") links.push({ path, target, layer });
    }
  }
  return links;
}

function* visibleLinks(
  links: readonly Link[],
  visibility: LayerVisibility,
): Steps<Map<string, string>> {
  const pace = new Pace(scanningLimits.mergedAtOnce);
  const visible = new Map<string, string>();
  for (const { path, target, layer } of links) {
    if (pace.isOver()) yield;
    if (visibility.isVisible(path, layer)) visible.set(path, target);
  }
  return visible;
}

function* unreadFiles(
  layers: readonly LayerInventory[],
  visibility: LayerVisibility,
): Steps<UnreadFile[]> {
  const pace = new Pace(scanningLimits.mergedAtOnce);
  const files: UnreadFile[] = [];
  for (const [layer, { unread }] of layers.entries()) {
    for (const each of unread) {
      if (pace.isOver()) yield;
      if (visibility.isVisible(each.path, layer)) files.push(each);
    }
  }
  return files;
}

function* pathsOf(layers: readonly LayerInventory[], links: readonly Link[]): Generator<string> {
  for (const { records, unread, systemFiles } of layers) {
    for (const { path } of records) yield path;
    for (const { path } of unread) yield path;
    yield* Object.keys(systemFiles);
  }
  for (const { path } of links) yield path;
}

function currentSystemFiles(layers: readonly LayerInventory[], visibility: LayerVisibility) {
  const current = new Map<string, string>();
  for (const [layer, { systemFiles }] of layers.entries()) {
    for (const [path, text] of Object.entries(systemFiles)) {
      if (visibility.isVisible(path, layer)) current.set(path, text);
    }
  }
  return Object.fromEntries(current);
}

function* installedPackages(
  layers: readonly LayerInventory[],
  current: CurrentRecords,
  ownership: SystemOwnership,
): Steps<InstalledPackage[]> {
  const pace = new Pace(scanningLimits.mergedAtOnce);
  const oldest = yield* oldestLayers(layers, current);
  const found = new Map<string, InstalledPackage>();
  for (const { record } of current.all) {
    const { path, analyzer } = record;
    const origins = oldest.get(recordKey(record))!;
    for (const each of record.packages) {
      if (pace.isOver()) yield;
      const key = packageKey(each);
      // One file can tell of the same package to more than one analyzer.
      const whole = `${path}\0${each.inside ?? ""}\0${key}`;
      if (found.has(whole)) continue;
      const origin = origins.get(key)!;
      found.set(whole, {
        ...each,
        path,
        analyzer,
        layerDiffId: layers[origin]!.diffId,
        isSystemOwned: isOfSystem(each) || ownership.isOwned(path, origin),
      });
    }
  }
  return [...found.values()];
}

/** For each record that is still there, the oldest layer that had each of its packages in the same file. */
function* oldestLayers(
  layers: readonly LayerInventory[],
  current: CurrentRecords,
): Steps<Map<string, Map<string, number>>> {
  const pace = new Pace(scanningLimits.mergedAtOnce);
  const oldest = new Map<string, Map<string, number>>();
  for (const [layer, { records }] of layers.entries()) {
    for (const record of records) {
      if (!current.has(record)) continue;
      const key = recordKey(record);
      const origins = oldest.get(key) ?? new Map<string, number>();
      oldest.set(key, origins);
      for (const each of record.packages) {
        if (pace.isOver()) yield;
        const name = packageKey(each);
        if (!origins.has(name)) origins.set(name, layer);
      }
    }
  }
  return oldest;
}

function isOfSystem({ type }: FoundPackage): boolean {
  return type === "deb" || type === "apk" || type === "rpm";
}

function packageKey({ type, namespace, name, version, architecture }: FoundPackage): string {
  return [type, namespace ?? "", name, version, architecture ?? ""].join("\0");
}
