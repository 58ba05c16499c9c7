import { hash } from "node:crypto";
import { matcherFormat } from "./advisories/package-keys.ts";
import type { ImageInventory } from "./image-inventory.ts";

/**
 * What findings come from besides advisories, in a word: what was in the image, and how that was matched.
 * Findings of another word, or of none, tell nothing of what these advisories say of what is there now: an
 * inventory is read anew, or gets what was attached to the image, without each scan of it being made again.
 */
export function basisOf(inventory: ImageInventory, matcher = matcherFormat): string {
  return hash("sha256", JSON.stringify([matcher, inventory]));
}
