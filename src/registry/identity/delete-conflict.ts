import type { MetadataChange } from "../../ports/metadata-store.ts";
import { RegistryError } from "../errors.ts";
import type { Entity } from "./entity.ts";

/** @throws DeleteConflict for an entity that has a policy */
export async function requireNoPolicies(
  { identity: { policies } }: Pick<MetadataChange, "identity">,
  entity: Entity,
): Promise<void> {
  if ((await policies.attached(entity)).length > 0) {
    throw deleteConflict("must detach all policies first");
  }
  if ((await policies.inline(entity)).length > 0) {
    throw deleteConflict("must delete policies first");
  }
}

/** IAM's sentence for what is still needed before an entity can go. */
export function deleteConflict(what: string): RegistryError {
  return new RegistryError("DeleteConflict", `Cannot delete entity, ${what}.`);
}
