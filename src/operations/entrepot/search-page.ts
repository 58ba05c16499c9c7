/** How a search tells where its page ended. */
import type { Ports } from "../../ports/ports.ts";
import type { SearchPosition } from "../../ports/search-store.ts";
import { type Listing, openPosition, sealPosition } from "../page-token.ts";

/** Rows of a page where nobody says how many: what a screen shows. */
export const searchPageDefault = 50;

export function openSearchPosition<Key extends string>(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  nextToken: string | undefined,
): SearchPosition<Key> | undefined {
  const text = openPosition(ports, listing, nextToken);
  if (text === undefined) return undefined;
  const [value, key] = JSON.parse(text) as [number, Key];
  return { value, key };
}

export function sealSearchPosition(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  { value, key }: SearchPosition<string>,
): string {
  return sealPosition(ports, listing, JSON.stringify([value, key]));
}
