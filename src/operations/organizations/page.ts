import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Account } from "../../registry/identity/account.ts";
import type { Organization } from "../../registry/identity/organization.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

interface Paging {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

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
  paging: Paging,
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

/**
 * One page of all accounts, closed ones too, by id.
 * @param operation whose tokens these are
 * @throws InvalidParameter as `organizationPage`
 */
export function accountPage(
  ports: Pick<Ports, "keys" | "metadata">,
  organization: Organization,
  operation: string,
  paging: Paging,
) {
  const fetch = (page: PageRequest<AccountId>) => ports.metadata.identity.accounts.list(page);
  const listing = { operation, fetch, key: ({ id }: Account) => id };
  return organizationPage<Account, AccountId>(ports, organization, listing, paging);
}

/**
 * The only page of what there is none of.
 * @throws InvalidParameter for any token, as nobody was given one
 */
export async function emptyPage(
  ports: Pick<Ports, "keys">,
  organization: Organization,
  operation: string,
  paging: Paging,
): Promise<void> {
  const listing = { operation, fetch: async () => [], key: () => "" };
  await organizationPage(ports, organization, listing, paging);
}
