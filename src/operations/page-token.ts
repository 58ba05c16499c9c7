import type { Ports } from "../ports/ports.ts";
import { openSealedToken, sealToken } from "../registry/encryption/sealed-token.ts";
import { invalidParameter } from "../registry/errors.ts";
import type { Registry } from "../registry/names.ts";

/** What a page token belongs to: a token of another listing is refused. */
export interface Listing {
  /** `DescribeImages` */
  readonly operation: string;
  readonly registry: Registry;
  /** The repository, and whatever else narrows the listing; not the page size, which may change. */
  readonly narrowedBy?: readonly (string | readonly string[] | undefined)[];
}

const purpose = "page-token";
// A position is a name of at most 300 characters; sealed and encoded it stays far below this.
const tokenCharacters = 2048;

/** The `nextToken` with which the listing goes on after `position`. */
export function sealPosition(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  position: string,
): string {
  return sealToken(ports.keys.secret(purpose), position, binding(listing));
}

/**
 * The position that `nextToken`, or whatever the service calls that member, carries; `undefined` when there is none, at the start.
 * @throws InvalidParameter for a token that was not made for this very listing (ECR, Pagination)
 */
export function openPosition(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  nextToken: string | undefined,
  member = "nextToken",
): string | undefined {
  if (nextToken === undefined) return undefined;
  const position =
    nextToken.length > tokenCharacters
      ? undefined
      : openSealedToken(ports.keys.secrets(purpose), nextToken, binding(listing));
  if (typeof position !== "string") throw invalidParameter(member, "Invalid token");
  return position;
}

function binding(listing: Listing): string {
  const { account, region } = listing.registry;
  return JSON.stringify([listing.operation, account, region, ...(listing.narrowedBy ?? [])]);
}
