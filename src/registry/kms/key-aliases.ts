import type { KmsChange } from "../../ports/kms-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import { lockKey, requireCustomerManaged } from "./change-key.ts";
import { noSuchAlias } from "./find-key.ts";
import { type KmsAlias, kmsAliasArn } from "./kms-key.ts";
import { kmsLimits } from "./kms-limits.ts";
import { requireNotPending } from "./require-usable.ts";

export interface NewAlias {
  readonly registry: Registry;
  readonly name: string;
  /** The id of a key of the registry. */
  readonly key: string;
}

type AliasPorts = Pick<Ports, "metadata" | "memory" | "clock">;

/** @throws AlreadyExists, InvalidAliasName, LimitExceeded, NotAuthorized, NotFound, KmsInvalidState */
export async function createAlias(ports: AliasPorts, wanted: NewAlias): Promise<void> {
  checkAliasName(wanted.name);
  const now = ports.clock.now();
  await ports.metadata.transaction(async ({ kms }) => {
    await requireTarget(kms, wanted);
    if (await kms.aliases.insertIfAbsent({ ...wanted, createdAt: now, updatedAt: now })) return;
    throw new RegistryError(
      "AlreadyExists",
      `An alias with the name ${kmsAliasArn(wanted)} already exists`,
    );
  });
  forget(ports, wanted);
}

/**
 * Points an alias at another key. `from` is the key that it is moved from: nobody is moved an alias
 * whose key he may not touch.
 * @throws InvalidAliasName, LimitExceeded, NotAuthorized, NotFound, KmsInvalidState
 */
export async function updateAlias(
  ports: AliasPorts,
  wanted: NewAlias,
  from: string,
): Promise<void> {
  checkAliasName(wanted.name);
  await ports.metadata.transaction(async ({ kms }) => {
    const alias = await requireAlias(kms, wanted, from);
    if (alias.key !== wanted.key) await requireTarget(kms, wanted);
    await kms.aliases.replace({ ...alias, key: wanted.key, updatedAt: ports.clock.now() });
  });
  forget(ports, wanted);
  forget(ports, { ...wanted, key: from });
}

/** `from` as with `updateAlias`. @throws InvalidAliasName, NotAuthorized, NotFound */
export async function deleteAlias(
  ports: Pick<Ports, "metadata" | "memory">,
  named: Pick<NewAlias, "registry" | "name">,
  from: string,
): Promise<void> {
  checkAliasName(named.name);
  await ports.metadata.transaction(async ({ kms }) => {
    await requireAlias(kms, named, from);
    await kms.aliases.remove(named.registry, named.name);
  });
  forget(ports, { ...named, key: from });
}

async function requireAlias(
  kms: KmsChange,
  named: Pick<NewAlias, "registry" | "name">,
  from: string,
): Promise<KmsAlias> {
  const alias = await kms.aliases.find(named.registry, named.name);
  if (alias?.key !== from) throw noSuchAlias(kmsAliasArn(named));
  return alias;
}

/** Nobody else points an alias at the key until the transaction ends. */
async function requireTarget(kms: KmsChange, { registry, key: id }: NewAlias): Promise<void> {
  const key = await lockKey(kms, { registry, id });
  requireCustomerManaged(key);
  requireNotPending(key);
  const most = kmsLimits.aliasesPerKey;
  if ((await kms.aliases.of(key, { limit: most })).length < most) return;
  throw new RegistryError("LimitExceeded", `A key can have at most ${most} aliases.`);
}

/**
 * Names that begin with `alias/aws/` are the services'. Source: KMS API, CreateAlias.
 * @throws InvalidAliasName, NotAuthorized
 */
function checkAliasName(name: string): void {
  if (name.startsWith("alias/aws/")) {
    const sentence = "Aliases that begin with alias/aws/ are made by services alone.";
    throw new RegistryError("NotAuthorized", sentence);
  }
  if (/^alias\/[a-zA-Z0-9/_-]+$/.test(name)) return;
  throw new RegistryError(
    "InvalidAliasName",
    'Alias must start with the prefix "alias/", followed by letters, digits, /, _ and - only.',
  );
}

function forget({ memory }: Pick<Ports, "memory">, { registry, key: id }: NewAlias): void {
  memory.access.forgetKmsKey({ registry, id });
}
