import type { LayerInventory } from "./layer-inventory.ts";
import { ScanRefusal } from "./scan-refusal.ts";
import { scanningLimits } from "./scanning-limits.ts";

/**
 * That all layers of an image are no more than are put together in memory: each is bounded by itself.
 * @throws ScanRefusal
 */
export function requireBounded(layers: readonly Pick<LayerInventory, "records" | "files">[]): void {
  const { imagePackages, imageFiles } = scanningLimits;
  let [packages, files] = [0, 0];
  for (const layer of layers) {
    for (const record of layer.records) packages += record.packages.length;
    files += layer.files.length;
  }
  if (packages > imagePackages) throw tooMany(imagePackages, "packages");
  if (files > imageFiles) throw tooMany(imageFiles, "files");
}

function tooMany(most: number, what: string): ScanRefusal {
  return new ScanRefusal("FAILED", `The image's layers have more than ${most} ${what} together`);
}
