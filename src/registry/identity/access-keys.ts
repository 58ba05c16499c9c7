import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { quotaExceeded } from "./check-policy.ts";
import type { EntityRef } from "./entity.ts";
import { sealSecret } from "./find-access-key.ts";
import { findEntity, lockEntity } from "./find-entity.ts";
import type { StoredAccessKey } from "./stored-credential.ts";
import { newSecretAccessKey, newUniqueId } from "./unique-id.ts";

/** Whose long-lived keys: a user's by its name, or those of the account's root. */
export interface KeyOwner {
  readonly account: AccountId;
  readonly user: string | undefined;
}

/**
 * Makes a key and tells its secret, which nobody can read again.
 * @throws NoSuchEntity, LimitExceeded
 */
export async function createAccessKey(
  ports: Pick<Ports, "metadata" | "keys" | "clock">,
  owner: KeyOwner,
): Promise<{ readonly key: StoredAccessKey; readonly secretAccessKey: string }> {
  const id = newUniqueId("AKIA");
  const secretAccessKey = newSecretAccessKey();
  const sealedSecret = sealSecret(ports, id, secretAccessKey);
  const key = await ports.metadata.transaction(async (change) => {
    const { account, id: ownerId } = await lockOwner(change, owner);
    const quota = limits.accessKeysPerUser;
    const held = await change.identity.accessKeys.of({ account, id: ownerId });
    if (held.length >= quota) throw quotaExceeded("AccessKeysPerUser", quota);
    const key: StoredAccessKey = {
      ...{ id, owner: { account, id: ownerId }, sealedSecret, status: "Active" },
      ...{ createdAt: ports.clock.now(), lastUse: undefined },
    };
    await change.identity.accessKeys.insert(key);
    return key;
  });
  return { key, secretAccessKey };
}

/**
 * The keys of the owner, by id. That of the management account's root which the settings name is not
 * among them: whoever runs the server changes it there.
 * @throws NoSuchEntity
 */
export async function listAccessKeys(
  ports: Pick<Ports, "metadata">,
  { account, user }: KeyOwner,
): Promise<StoredAccessKey[]> {
  const owner =
    user === undefined ? rootOf(account) : await findEntity(ports, account, "user", user);
  return ports.metadata.identity.accessKeys.of(owner);
}

/**
 * Switches a key of the owner on or off.
 * @throws NoSuchEntity
 */
export async function setAccessKeyStatus(
  ports: Pick<Ports, "metadata" | "memory">,
  owner: KeyOwner,
  id: string,
  status: StoredAccessKey["status"],
): Promise<void> {
  await changeKey(ports, owner, id, ({ identity }) => identity.accessKeys.setStatus(id, status));
}

/** @throws NoSuchEntity */
export async function deleteAccessKey(
  ports: Pick<Ports, "metadata" | "memory">,
  owner: KeyOwner,
  id: string,
): Promise<void> {
  await changeKey(ports, owner, id, ({ identity }) => identity.accessKeys.remove(id));
}

async function changeKey(
  ports: Pick<Ports, "metadata" | "memory">,
  owner: KeyOwner,
  id: string,
  apply: (change: MetadataChange) => Promise<void>,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const held = await change.identity.accessKeys.of(await lockOwner(change, owner));
    if (!held.some((key) => key.id === id)) throw noSuchKey(id);
    await apply(change);
  });
  ports.memory.access.forgetPrincipals();
}

/** IAM's sentence for a key that is not the owner's. */
export function noSuchKey(id: string): RegistryError {
  return new RegistryError("NoSuchEntity", `The Access Key with id ${id} cannot be found.`);
}

/** Nobody else changes the owner's keys until the transaction ends. */
async function lockOwner(change: MetadataChange, { account, user }: KeyOwner): Promise<EntityRef> {
  if (user !== undefined) return lockEntity(change, account, "user", user);
  await change.identity.accounts.lock(account);
  return rootOf(account);
}

function rootOf(account: AccountId): EntityRef {
  return { account, id: account };
}
