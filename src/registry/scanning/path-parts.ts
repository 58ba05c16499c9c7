import type { LayerInventory } from "./layer-inventory.ts";

/**
 * At least as many as there are files and directories in a tree of the layer's paths, named or not: a path of
 * a few thousand characters may stand for as many directories.
 */
export function pathParts({ files, whiteouts, opaque }: LayerInventory): number {
  let parts = 0;
  let last = "";
  const add = (path: string) => {
    let same = 0;
    while (same < last.length && path.charCodeAt(same) === last.charCodeAt(same)) same++;
    parts++;
    for (let at = path.indexOf("/", same); at !== -1; at = path.indexOf("/", at + 1)) parts++;
    last = path;
  };
  for (const { path } of files) add(path);
  for (const path of whiteouts) add(path);
  for (const path of opaque) add(path);
  return parts;
}
