import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { type PublicAlias, requireFreeWord } from "./alias.ts";
import { publicLimits } from "./public-limits.ts";
import { openRegistry, queueAccount } from "./registries.ts";

type AliasPorts = Pick<Ports, "metadata" | "memory" | "clock">;

/**
 * Asks for a name of the account's own. It waits for the operator, as in ECR for AWS; asked for again, it
 * is the same request.
 * @throws InvalidParameter for a word that is kept back
 * @throws AlreadyExists where somebody else has it, or has asked for it
 * @throws LimitExceeded
 */
export function requestAlias(
  ports: AliasPorts,
  account: AccountId,
  name: string,
): Promise<PublicAlias> {
  requireFreeWord(name);
  return ports.metadata.transaction(async (change) => {
    const now = ports.clock.now();
    await openRegistry(change, account, now);
    const own = await change.publicRegistries.aliases(account);
    const known = own.find((alias) => alias.name === name);
    if (known !== undefined) return known;
    if (own.length >= publicLimits.aliasesPerAccount) {
      throw new RegistryError(
        "LimitExceeded",
        `The registry with id '${account}' already has the maximum allowed number of aliases which is '${publicLimits.aliasesPerAccount}'`,
      );
    }
    const alias: PublicAlias = {
      ...{ name, account, status: "PENDING", isDefault: false, isPrimary: false },
      ...{ requestedAt: now, reason: undefined },
    };
    if (await change.publicRegistries.insertAlias(alias)) return alias;
    throw new RegistryError("AlreadyExists", `The alias ${name} is taken`);
  });
}

/**
 * Says whether an account gets the name. One that it has had is taken away by REJECTED: its addresses end
 * with it, and the default alias is shown again where it was the primary one.
 * @throws ResourceNotFound for a name that nobody has asked for
 * @throws InvalidParameter for a default alias, which is not anybody's decision
 */
export async function reviewAlias(
  ports: AliasPorts,
  name: string,
  decision: { readonly status: "ACTIVE" | "REJECTED"; readonly reason?: string | undefined },
): Promise<PublicAlias> {
  const reviewed = await ports.metadata.transaction(async (change) => {
    const alias = await lockedAlias(change, name);
    if (alias.isDefault) throw invalidParameter("alias", "a default alias stays as it is");
    const isPrimary = alias.isPrimary && decision.status === "ACTIVE";
    const { status, reason } = decision;
    const changed: PublicAlias = { ...alias, isPrimary, status, reason };
    await change.publicRegistries.replaceAlias(changed);
    if (alias.isPrimary && !isPrimary) await showDefault(change, alias.account);
    await queueAccount(change, alias.account, ports.clock.now());
    return changed;
  });
  ports.memory.access.publicAliases.forget(name);
  return reviewed;
}

/**
 * Shows this alias of the account's instead of the one before.
 * @throws ResourceNotFound unless it is the account's and active
 */
export async function setPrimaryAlias(
  ports: AliasPorts,
  account: AccountId,
  name: string,
): Promise<PublicAlias> {
  return ports.metadata.transaction(async (change) => {
    const { publicRegistries } = change;
    await publicRegistries.lockRegistry(account);
    const own = await publicRegistries.aliases(account);
    const wanted = own.find((alias) => alias.name === name && alias.status === "ACTIVE");
    if (wanted === undefined) throw noAlias(name);
    for (const alias of own) {
      const isPrimary = alias.name === name;
      if (alias.isPrimary !== isPrimary) {
        await publicRegistries.replaceAlias({ ...alias, isPrimary });
      }
    }
    await queueAccount(change, account, ports.clock.now());
    return { ...wanted, isPrimary: true };
  });
}

/**
 * Gives up a name, which anybody may ask for then.
 * @throws ResourceNotFound unless it is the account's
 * @throws InvalidParameter for its default alias
 */
export async function releaseAlias(
  ports: AliasPorts,
  account: AccountId,
  name: string,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const alias = await lockedAlias(change, name, account);
    if (alias.isDefault) throw invalidParameter("alias", "a default alias stays as it is");
    await change.publicRegistries.removeAlias(name);
    if (alias.isPrimary) await showDefault(change, account);
    await queueAccount(change, account, ports.clock.now());
  });
  ports.memory.access.publicAliases.forget(name);
}

/** The registry's row keeps all others from changing its aliases. */
async function lockedAlias(
  { publicRegistries }: MetadataChange,
  name: string,
  owner?: AccountId,
): Promise<PublicAlias> {
  const found = await publicRegistries.alias(name);
  if (found === undefined || (owner !== undefined && found.account !== owner)) throw noAlias(name);
  await publicRegistries.lockRegistry(found.account);
  const alias = await publicRegistries.alias(name);
  if (alias?.account !== found.account) throw noAlias(name);
  return alias;
}

async function showDefault({ publicRegistries }: MetadataChange, account: AccountId) {
  const own = await publicRegistries.aliases(account);
  const usual = own.find(({ isDefault }) => isDefault);
  if (usual !== undefined) await publicRegistries.replaceAlias({ ...usual, isPrimary: true });
}

function noAlias(name: string): RegistryError {
  return new RegistryError("ResourceNotFound", `There is no alias ${name}`);
}
