import { RegistryError } from "../../registry/errors.ts";

/** Of what fits on one page no token is given. @throws InvalidNextToken */
export function requireNoToken(token: string | undefined): void {
  if (token === undefined || token === "") return;
  throw new RegistryError("InvalidNextToken", "The token is not valid.");
}
