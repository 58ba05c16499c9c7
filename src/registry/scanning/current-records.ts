import type { LayerInventory, PackageRecord } from "./layer-inventory.ts";
import type { LayerVisibility } from "./layer-visibility.ts";

/** Records of files that are still there, and which layers had a record of the same file and analyzer. */
export class CurrentRecords {
  readonly all: readonly { readonly record: PackageRecord; readonly layer: number }[];
  readonly #keys: ReadonlySet<string>;

  constructor(layers: readonly LayerInventory[], visibility: LayerVisibility) {
    this.all = layers.flatMap(({ records }, layer) =>
      records
        .filter(({ path }) => visibility.isVisible(path, layer))
        .map((record) => ({ record, layer })),
    );
    this.#keys = new Set(this.all.map(({ record }) => recordKey(record)));
  }

  /** Whether a record of the same file by the same analyzer is still there. */
  has(record: PackageRecord): boolean {
    return this.#keys.has(recordKey(record));
  }
}

/** The same for each copy of a file, in whichever layer. */
export function recordKey({ path, analyzer }: PackageRecord): string {
  return `${analyzer}\0${path}`;
}
