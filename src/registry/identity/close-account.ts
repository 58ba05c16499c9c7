import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { changeAccount } from "./change-account.ts";
import type { Organization } from "./organization.ts";

/**
 * Shuts an account: nobody comes in with its keys, sessions and tokens any more, and its policies let
 * nobody of another account in, here at once and on other replicas within `limits.identityCacheMs`.
 * What it owns stays as it is.
 * @throws AccountNotFound, AccountAlreadyClosed, ConstraintViolation for the management account
 */
export async function closeAccount(
  ports: Pick<Ports, "metadata" | "memory">,
  { managementAccount }: Organization,
  id: AccountId,
): Promise<void> {
  if (id === managementAccount) {
    throw new RegistryError(
      "ConstraintViolation",
      "You can't close the management account of an organization.",
      { Reason: "CANNOT_CLOSE_MANAGEMENT_ACCOUNT" },
    );
  }
  await changeAccount(ports, id, (account) => {
    if (account.status === "SUSPENDED") {
      throw new RegistryError(
        "AccountAlreadyClosed",
        "You attempted to close an account that is already closed.",
      );
    }
    return { ...account, status: "SUSPENDED" };
  });
}
