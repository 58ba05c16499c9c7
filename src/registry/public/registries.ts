import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invariant } from "../errors.ts";
import { newJob } from "../jobs/job.ts";
import type { AccountId, Registry } from "../names.ts";
import { isShut } from "../policy/resource-access.ts";
import { type PublicAlias, randomAlias } from "./alias.ts";
import { publicLimits } from "./public-limits.ts";
import { type PublicRegistry, publicRegistryOf, registryNotFound } from "./public-registry.ts";

/**
 * The account's public registry, locked, and its default alias with it: both are made here where there are
 * none yet. Source: ECR 11.1, CreateRepository.
 */
export async function openRegistry(
  { publicRegistries }: Pick<MetadataChange, "publicRegistries">,
  account: AccountId,
  now: number,
): Promise<PublicRegistry> {
  const fresh = { account, displayName: undefined, verifiedAt: undefined, createdAt: now };
  const isNew = await publicRegistries.insertRegistry(fresh);
  const registry = await publicRegistries.lockRegistry(account);
  invariant(registry !== undefined, "a public registry that was made is there");
  if (!isNew) return registry;
  for (let tries = 0; tries < publicLimits.aliasTries; tries++) {
    const alias: PublicAlias = {
      ...{ name: randomAlias(), account, status: "ACTIVE", isDefault: true, isPrimary: true },
      ...{ requestedAt: now, reason: undefined },
    };
    if (await publicRegistries.insertAlias(alias)) return registry;
  }
  throw new Error("no alias is free");
}

/** An account's public registry as its owner sees it. Without any alias before it has a repository. */
export async function describeRegistry(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
): Promise<{ registry: PublicRegistry | undefined; aliases: readonly PublicAlias[] }> {
  const { publicRegistries } = metadata;
  const registry = await publicRegistries.registry(account);
  return { registry, aliases: await publicRegistries.aliases(account) };
}

/** The alias that is shown; `undefined` before the account has a public repository. */
export async function primaryAlias(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
): Promise<string | undefined> {
  const aliases = await metadata.publicRegistries.aliases(account);
  return primaryOf(aliases)?.name;
}

export function primaryOf(aliases: readonly PublicAlias[]): PublicAlias | undefined {
  return aliases.find(({ isPrimary, status }) => isPrimary && status === "ACTIVE");
}

/**
 * The registry that an active alias stands for, also of whom nobody knows anything; not where its account
 * is closed. What is remembered of it is as old as what is known of policies at most (I8).
 */
export async function registryOfAlias(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  alias: string,
): Promise<Registry | undefined> {
  const { publicAliases } = ports.memory.access;
  const account = await publicAliases.get(ports.clock, alias, async () => {
    const found = await ports.metadata.publicRegistries.alias(alias);
    return found?.status === "ACTIVE" ? found.account : undefined;
  });
  if (account === undefined || (await isShut(ports, account))) return undefined;
  return publicRegistryOf(account);
}

/** The account's public registry; `undefined` before it has one (ECR 11.1, CreateRepository). */
export async function registryOfAccount(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
): Promise<Registry | undefined> {
  const found = await metadata.publicRegistries.registry(account);
  return found && publicRegistryOf(account);
}

/**
 * Sets the name that the gallery shows of a verified account.
 * Source: ECR 11.1, PutRegistryCatalogData.
 */
export async function putDisplayName(
  ports: Pick<Ports, "metadata" | "clock">,
  account: AccountId,
  displayName: string | undefined,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const now = ports.clock.now();
    const registry = await openRegistry(change, account, now);
    await change.publicRegistries.replaceRegistry({ ...registry, displayName });
    await queueAccount(change, account, now);
  });
}

/**
 * Has the operator vouch for who an account is, or not any more.
 * @throws RegistryNotFound where the account has no public registry
 */
export async function verifyPublisher(
  ports: Pick<Ports, "metadata" | "clock">,
  account: AccountId,
  isVerified: boolean,
): Promise<PublicRegistry> {
  return ports.metadata.transaction(async (change) => {
    const now = ports.clock.now();
    const registry = await change.publicRegistries.lockRegistry(account);
    if (registry === undefined) throw registryNotFound(account);
    const verifiedAt = isVerified ? (registry.verifiedAt ?? now) : undefined;
    const changed = { ...registry, verifiedAt };
    await change.publicRegistries.replaceRegistry(changed);
    await queueAccount(change, account, now);
    return changed;
  });
}

export const galleryAccountKind = "gallery-account";

/** Has the gallery told what is new of an account as a whole: all its repositories say so. */
export function queueAccount(
  { jobs }: Pick<MetadataChange, "jobs">,
  account: AccountId,
  now: number,
): Promise<unknown> {
  const registry = publicRegistryOf(account);
  return jobs.enqueue(newJob({ kind: galleryAccountKind, registry, runAt: now }, now));
}
