import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import type { Account } from "./account.ts";

/**
 * Changes what an account says of itself, in one transaction, and at once for this process. `apply` may
 * run more than once; what it throws leaves everything as it was.
 * @throws AccountNotFound
 */
export async function changeAccount(
  ports: Pick<Ports, "metadata" | "memory">,
  id: AccountId,
  apply: (account: Account) => Account,
): Promise<void> {
  await ports.metadata.transaction(async ({ identity: { accounts } }) => {
    const account = await accounts.lock(id);
    if (account === undefined) throw accountNotFound();
    await accounts.replace(apply(account));
  });
  ports.memory.access.forgetAccount(id);
}

export function accountNotFound(): RegistryError {
  return new RegistryError("AccountNotFound", "You specified an account that doesn't exist.");
}
