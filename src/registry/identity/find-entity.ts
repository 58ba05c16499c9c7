import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import type { EntityKind, EntityOf } from "./entity.ts";

/** @throws NoSuchEntity */
export async function findEntity<Kind extends EntityKind>(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  kind: Kind,
  name: string,
): Promise<EntityOf<Kind>> {
  return (await metadata.identity.entities.find(account, kind, name)) ?? refuse(kind, name);
}

/**
 * Like `findEntity`, and nobody else changes it until the transaction ends.
 * @throws NoSuchEntity
 */
export async function lockEntity<Kind extends EntityKind>(
  { identity }: Pick<MetadataChange, "identity">,
  account: AccountId,
  kind: Kind,
  name: string,
): Promise<EntityOf<Kind>> {
  return (await identity.entities.lock(account, kind, name)) ?? refuse(kind, name);
}

function refuse(kind: EntityKind, name: string): never {
  throw new RegistryError("NoSuchEntity", `The ${kind} with name ${name} cannot be found.`);
}
