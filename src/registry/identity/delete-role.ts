import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { AccountId } from "../names.ts";
import { requireNoPolicies } from "./delete-conflict.ts";
import type { Role } from "./entity.ts";
import { lockEntity } from "./find-entity.ts";
import { requireModifiable } from "./protected-role.ts";

/**
 * Removes a role that has no policies any more, and its sessions with it.
 * @throws NoSuchEntity, DeleteConflict, UnmodifiableEntity
 */
export async function deleteRole(
  ports: Pick<Ports, "metadata" | "memory">,
  account: AccountId,
  name: string,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const role = await lockEntity(change, account, "role", name);
    requireModifiable(role);
    await requireNoPolicies(change, role);
    await removeRole(change, role);
  });
  ports.memory.access.forgetPrincipals();
}

/** Removes the role's row and its sessions; its policies are gone already. */
export async function removeRole({ identity }: MetadataChange, role: Role): Promise<void> {
  await identity.sessions.removeOf(role);
  await identity.entities.remove(role);
}
