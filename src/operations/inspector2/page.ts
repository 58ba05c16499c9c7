import type { Ports } from "../../ports/ports.ts";
import { type Listing, openPosition, sealPosition } from "../page-token.ts";

/**
 * Where a listing stands, as what its page before said.
 * @throws InvalidParameter for a token that was not made for this very listing
 */
export function openPlace<Place extends object>(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  nextToken: string | undefined,
): Place | undefined {
  const text = openPosition(ports, listing, nextToken);
  return text === undefined ? undefined : (JSON.parse(text) as Place);
}

/** The token of the next page, if there is one. */
export function sealPlace(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  next: object | undefined,
): string | undefined {
  return next && sealPosition(ports, listing, JSON.stringify(next));
}
