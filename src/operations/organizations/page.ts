import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Organization } from "../../registry/identity/organization.ts";
import type { Region } from "../../registry/names.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

export interface OrganizationListing<Item, Key extends string> {
  /** `ListAccounts` */
  readonly operation: string;
  readonly narrowedBy?: readonly (string | readonly string[] | undefined)[];
  fetch(page: PageRequest<Key>): Promise<Item[]>;
  /** What the listing is ordered by. */
  key(item: Item): Key;
}

/** What Organizations gives at once, and not more. */
const pageSize = 20;

/** Organizations has no regions: a token is good wherever the next page is asked for. */
const everywhere = "aws-global" as Region;

/**
 * One page of a listing, and the token of the next one.
 * @throws InvalidParameter for a token that was not made for this very listing
 */
export async function organizationPage<Item, Key extends string>(
  ports: Pick<Ports, "keys">,
  { managementAccount }: Organization,
  { operation, narrowedBy = [], fetch, key }: OrganizationListing<Item, Key>,
  paging: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
): Promise<{ items: Item[]; next: { readonly NextToken?: string } }> {
  const registry = { account: managementAccount, region: everywhere };
  const listing = { operation, registry, narrowedBy };
  const { items, more, last } = await readPage<Item, Key>({
    after: openPosition(ports, listing, paging.NextToken, "NextToken") as Key | undefined,
    size: paging.MaxResults ?? pageSize,
    fetch,
    key,
  });
  if (!more || last === undefined) return { items, next: {} };
  return { items, next: { NextToken: sealPosition(ports, listing, last) } };
}
