import { Pace, type Steps } from "../steps.ts";
import type { LayerInventory, PackageRecord } from "./layer-inventory.ts";
import type { LayerVisibility } from "./layer-visibility.ts";
import { scanningLimits } from "./scanning-limits.ts";

interface CurrentRecord {
  readonly record: PackageRecord;
  readonly layer: number;
}

/** Records of files that are still there, and which layers had a record of the same file and analyzer. */
export class CurrentRecords {
  readonly all: readonly CurrentRecord[];
  readonly #keys: ReadonlySet<string>;

  private constructor(all: readonly CurrentRecord[], keys: ReadonlySet<string>) {
    this.all = all;
    this.#keys = keys;
  }

  /** @param layers oldest first */
  static *of(
    layers: readonly LayerInventory[],
    visibility: LayerVisibility,
  ): Steps<CurrentRecords> {
    const pace = new Pace(scanningLimits.mergedAtOnce);
    const all: CurrentRecord[] = [];
    const keys = new Set<string>();
    for (const [layer, { records }] of layers.entries()) {
      for (const record of records) {
        if (pace.isOver()) yield;
        if (!visibility.isVisible(record.path, layer)) continue;
        all.push({ record, layer });
        keys.add(recordKey(record));
      }
    }
    return new CurrentRecords(all, keys);
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
