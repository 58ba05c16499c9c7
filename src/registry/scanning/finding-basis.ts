import { createHash, type Hash } from "node:crypto";
import { inTurns, type Steps } from "../steps.ts";
import { matcherFormat } from "./advisories/package-keys.ts";
import type { ImageInventory } from "./image-inventory.ts";
import { scanningLimits } from "./scanning-limits.ts";

/**
 * What findings come from besides advisories, in a word: what was in the image, and how that was matched.
 * Findings of another word, or of none, tell nothing of what these advisories say of what is there now: an
 * inventory is read anew, or gets what was attached to the image, without each scan of it being made again.
 */
export async function basisOf(inventory: ImageInventory, matcher = matcherFormat): Promise<string> {
  const hash = createHash("sha256");
  await inTurns(writeTo(hash, [matcher, inventory]));
  return hash.digest("hex");
}

/** The JSON of a document, which has lists that are long. */
function* writeTo(
  hash: Hash,
  [matcher, inventory]: readonly [number, ImageInventory],
): Steps<void> {
  const most = scanningLimits.itemsPerPart;
  hash.update(`[${matcher},{`);
  let separator = "";
  for (const [name, value] of Object.entries(inventory)) {
    if (value === undefined) continue;
    hash.update(`${separator}${JSON.stringify(name)}:`);
    separator = ",";
    if (!Array.isArray(value)) hash.update(JSON.stringify(value));
    else {
      hash.update("[");
      for (let at = 0; at < value.length; at += most) {
        if (at > 0) yield;
        const items = JSON.stringify(value.slice(at, at + most)).slice(1, -1);
        hash.update(at > 0 ? `,${items}` : items);
      }
      hash.update("]");
    }
  }
  hash.update("}]");
}
