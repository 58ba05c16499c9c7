import type { AuditPosition } from "../../ports/audit-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { type Listing, openPosition, sealPosition } from "../page-token.ts";

// Neither holds a space.
export function sealAuditPosition(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  { at, id }: AuditPosition,
): string {
  return sealPosition(ports, listing, `${at} ${id}`);
}

/** @throws InvalidNextToken for a token of another listing */
export function openAuditPosition(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  token: string | undefined,
): AuditPosition | undefined {
  try {
    const position = openPosition(ports, listing, token);
    if (position === undefined) return undefined;
    const [at, id] = position.split(" ") as [string, string];
    return { at: Number(at), id };
  } catch (error) {
    if (!isRegistryError(error, "InvalidParameter")) throw error;
    throw new RegistryError("InvalidNextToken", "The token is not valid.");
  }
}
