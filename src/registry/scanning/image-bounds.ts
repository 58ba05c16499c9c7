import type { LayerInventory } from "./layer-inventory.ts";
import { ScanRefusal } from "./scan-refusal.ts";
import { scanningLimits } from "./scanning-limits.ts";

/** That all layers of an image are no more than are put together in memory: each is bounded by itself. */
export class ImageBounds {
  #packages = 0;
  #files = 0;

  /** @throws ScanRefusal when it is too much together with those before */
  add({ records, files }: Pick<LayerInventory, "records" | "files">): void {
    const { imagePackages, imageFiles } = scanningLimits;
    for (const record of records) this.#packages += record.packages.length;
    this.#files += files.length;
    if (this.#packages > imagePackages) throw tooMany(imagePackages, "packages");
    if (this.#files > imageFiles) throw tooMany(imageFiles, "files");
  }
}

function tooMany(most: number, what: string): ScanRefusal {
  return new ScanRefusal("FAILED", `The image's layers have more than ${most} ${what} together`);
}
