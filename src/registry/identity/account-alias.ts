import type { Ports } from "../../ports/ports.ts";
import { invariant, RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";

/**
 * Names the account where people sign in, in place of the alias that it had.
 * @throws EntityAlreadyExists
 */
export async function setAccountAlias(
  { metadata }: Pick<Ports, "metadata">,
  id: AccountId,
  alias: string,
): Promise<void> {
  await metadata.transaction(async ({ identity: { accounts } }) => {
    const account = await accounts.lock(id);
    invariant(account !== undefined, "who calls has an account");
    if (await accounts.replace({ ...account, alias })) return;
    throw new RegistryError("EntityAlreadyExists", `The account alias ${alias} already exists.`);
  });
}

/** @throws NoSuchEntity for an alias that is not the account's */
export async function removeAccountAlias(
  { metadata }: Pick<Ports, "metadata">,
  id: AccountId,
  alias: string,
): Promise<void> {
  await metadata.transaction(async ({ identity: { accounts } }) => {
    const account = await accounts.lock(id);
    if (account?.alias !== alias) {
      throw new RegistryError("NoSuchEntity", `The account alias ${alias} cannot be found.`);
    }
    await accounts.replace({ ...account, alias: undefined });
  });
}
