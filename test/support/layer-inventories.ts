/** Layers as their analysis tells them, written by hand. */
import type { LayerFile } from "../../src/registry/scanning/layer-file.ts";
import type { LayerInventory } from "../../src/registry/scanning/layer-inventory.ts";

type Change = Partial<LayerFile>;

export function file(path: string, sizeBytes: number, change: Change = {}): LayerFile {
  return { path, kind: "file", sizeBytes, mode: 0o644, userId: 0, groupId: 0, ...change };
}

export function directory(path: string, change: Change = {}): LayerFile {
  return file(path, 0, { kind: "directory", mode: 0o755, ...change });
}

export function hardlink(path: string, target: string): LayerFile {
  return file(path, 0, { kind: "hardlink", target });
}

/** `sha256:<name>` */
export function layer(
  name: string,
  files: readonly LayerFile[],
  change: Partial<LayerInventory> = {},
): LayerInventory {
  return {
    diffId: `sha256:${name}`,
    madeBy: "test/1",
    sizeBytes: files.reduce((sum, each) => sum + each.sizeBytes, 0),
    records: [],
    unread: [],
    systemFiles: {},
    files,
    whiteouts: [],
    opaque: [],
    ...change,
  };
}
