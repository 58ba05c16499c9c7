import type { PageRequest } from "../../ports/page-request.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { type Listing, openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

export interface ParameterListing<Item> extends Listing {
  fetch(page: PageRequest<string>): Promise<Item[]>;
  key(item: Item): string;
}

interface Paging {
  readonly MaxResults: number;
  readonly NextToken?: string | undefined;
}

/** One page of a listing. @throws InvalidParameterToken for a token that was not made for this very one */
export async function parameterPage<Item>(
  ports: Pick<Ports, "keys">,
  { fetch, key, ...listing }: ParameterListing<Item>,
  { MaxResults, NextToken }: Paging,
): Promise<{ items: Item[]; end: { NextToken?: string } }> {
  const after = openToken(ports, listing, NextToken);
  const page = { after, size: MaxResults, fetch, key };
  const { items, more, last } = await readPage<Item, string>(page);
  const end = more && last !== undefined ? { NextToken: sealPosition(ports, listing, last) } : {};
  return { items, end };
}

function openToken(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  token: string | undefined,
): string | undefined {
  try {
    return openPosition(ports, listing, token || undefined, "NextToken");
  } catch (error) {
    if (!isRegistryError(error, "InvalidParameter")) throw error;
    throw new RegistryError("InvalidParameterToken", "The specified token isn't valid.");
  }
}
