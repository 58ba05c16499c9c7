import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { changeAccount } from "./change-account.ts";
import type { ResourceTag } from "./entity.ts";
import { withoutTags, withTags } from "./entity-tags.ts";

/**
 * Sets tags of an account and takes others away, in the words of Organizations.
 * @throws TargetNotFound, ConstraintViolation
 */
export async function tagAccount(
  ports: Pick<Ports, "metadata" | "memory">,
  id: AccountId,
  { added, removedKeys }: { added: readonly ResourceTag[]; removedKeys: readonly string[] },
): Promise<void> {
  try {
    await changeAccount(ports, id, (account) => ({
      ...account,
      tags: withTags(withoutTags(account.tags, removedKeys), added),
    }));
  } catch (error) {
    if (isRegistryError(error, "AccountNotFound")) throw targetNotFound();
    if (!isRegistryError(error, "LimitExceeded")) throw error;
    throw new RegistryError("ConstraintViolation", error.message, {
      Reason: "MAX_TAG_LIMIT_EXCEEDED",
    });
  }
}

export function targetNotFound(): RegistryError {
  return new RegistryError("TargetNotFound", "You specified a target that doesn't exist.");
}
