import { endOfRun, sets } from "./character-sets.ts";
import type { FoundSecret } from "./found-secret.ts";

const opening = "-----BEGIN ";
const closing = "PRIVATE KEY-----";
const block = "PRIVATE KEY BLOCK-----";
/** A line of PEM is 64 characters; what names a header only, such as a search for one, has none after it. */
const leastContent = 40;

/** Private keys as PEM or OpenPGP writes them, by their header and what follows it. */
export function privateKeysIn(text: string): FoundSecret[] {
  const found: FoundSecret[] = [];
  let next = 0;
  for (let at = text.indexOf(opening); at !== -1; at = text.indexOf(opening, next)) {
    next = at + 1;
    const header = text.slice(at, at + 80);
    const ending = [closing, block].find((each) => header.includes(each));
    if (ending === undefined) continue;
    const end = contentEnd(text, at + header.indexOf(ending) + ending.length);
    if (end === undefined) continue;
    next = end;
    const isShut = header.includes("ENCRYPTED");
    const kind = isShut ? "encrypted private key" : "private key";
    found.push({ kind, start: at, end, preview: "----", isCertain: true });
  }
  return found;
}

/** Behind the key's text, where there is one: line ends may be written as `\n`, and headers may come first. */
function contentEnd(text: string, from: number): number | undefined {
  let at = from;
  let most = 0;
  let skipped = 0;
  while (at < text.length) {
    const end = endOfRun(sets.base64, text, at);
    most = Math.max(most, end - at);
    if (end - at >= leastContent) skipped = 0;
    if (text.startsWith("-----", end)) {
      at = end;
      break;
    }
    skipped++;
    // Not even a header of PEM or OpenPGP goes on for so long.
    if (end === text.length || skipped > 200) break;
    at = end + 1;
  }
  return most >= leastContent ? Math.min(at, text.length) : undefined;
}
