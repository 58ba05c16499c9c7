import type { Ports } from "../../ports/ports.ts";
import type { AccountId } from "../names.ts";
import { deleteConflict, requireNoPolicies } from "./delete-conflict.ts";
import { lockEntity } from "./find-entity.ts";

/**
 * Removes a user that has neither policies nor groups nor credentials any more, and its temporary
 * credentials with it. Its name is free again, its unique id is not.
 * @throws NoSuchEntity, DeleteConflict
 */
export async function deleteUser(
  ports: Pick<Ports, "metadata" | "memory">,
  account: AccountId,
  name: string,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const user = await lockEntity(change, account, "user", name);
    const { entities, accessKeys, sessions } = change.identity;
    await requireNoPolicies(change, user);
    if ((await entities.groupsOf(user)).length > 0) {
      throw deleteConflict("must remove users from group first");
    }
    if (user.login !== undefined) throw deleteConflict("must delete login profile first");
    if ((await accessKeys.of(user)).length > 0) {
      throw deleteConflict("must delete access keys first");
    }
    await sessions.removeOf(user);
    await entities.remove(user);
  });
  ports.memory.access.forgetPrincipals();
}
