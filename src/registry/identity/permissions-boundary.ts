import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { changeEntity } from "./change-entity.ts";
import { holdAttachable } from "./find-managed-policy.ts";
import { requireModifiable } from "./protected-role.ts";

/** A user or role by its name. */
export interface BoundedName {
  readonly account: AccountId;
  readonly kind: "user" | "role";
  readonly name: string;
}

/**
 * Bounds an entity by a managed policy, or no longer by any.
 * @throws NoSuchEntity, PolicyNotAttachable, UnmodifiableEntity
 */
export async function setBoundary(
  ports: Pick<Ports, "metadata" | "memory">,
  name: BoundedName,
  arn: string | undefined,
): Promise<void> {
  await changeEntity(ports, name, async (entity, change) => {
    requireModifiable(entity);
    if (arn !== undefined) await holdBoundary(change, name.account, arn);
    return { ...entity, boundary: arn };
  });
}

/**
 * Makes sure that the policy can be a boundary, and that it is there until the transaction ends.
 * @throws NoSuchEntity, PolicyNotAttachable
 */
export async function holdBoundary(
  change: Pick<MetadataChange, "identity">,
  account: AccountId,
  arn: string,
): Promise<void> {
  try {
    await holdAttachable(change, account, arn);
  } catch (error) {
    if (!isRegistryError(error, "NoSuchEntity")) throw error;
    const sentence = `Scope ARN: ${arn} does not exist or is not attachable.`;
    throw new RegistryError("NoSuchEntity", sentence);
  }
}
