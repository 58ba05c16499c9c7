import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { addEntity } from "./add-entity.ts";
import { quotaExceeded } from "./check-policy.ts";
import { deleteConflict, requireNoPolicies } from "./delete-conflict.ts";
import type { Group } from "./entity.ts";
import { lockEntity } from "./find-entity.ts";
import { newUniqueId } from "./unique-id.ts";

/** @throws EntityAlreadyExists, LimitExceeded */
export async function createGroup(
  ports: Pick<Ports, "metadata" | "clock">,
  wanted: Pick<Group, "account" | "name" | "path">,
): Promise<Group> {
  const group: Group = {
    ...wanted,
    kind: "group",
    id: newUniqueId("AGPA"),
    createdAt: ports.clock.now(),
  };
  await ports.metadata.transaction((change) => addEntity(change, group));
  return group;
}

/**
 * Removes a group that has neither policies nor members any more.
 * @throws NoSuchEntity, DeleteConflict
 */
export async function deleteGroup(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  name: string,
): Promise<void> {
  await metadata.transaction(async (change) => {
    const group = await lockEntity(change, account, "group", name);
    const { entities } = change.identity;
    if ((await entities.members(group, { limit: 1 })).length > 0) {
      throw deleteConflict("must remove users from group first");
    }
    await requireNoPolicies(change, group);
    await entities.remove(group);
  });
}

/** A group and a user, of one account, by their names. */
export interface Membership {
  readonly account: AccountId;
  readonly group: string;
  readonly user: string;
}

/**
 * Makes the user a member; that it is one already is no error.
 * @throws NoSuchEntity, LimitExceeded
 */
export async function addMember(
  ports: Pick<Ports, "metadata" | "memory">,
  membership: Membership,
): Promise<void> {
  const { account } = membership;
  await ports.metadata.transaction(async (change) => {
    // Both are held, so that neither is deleted meanwhile; always in this order.
    const group = await lockEntity(change, account, "group", membership.group);
    const user = await lockEntity(change, account, "user", membership.user);
    const { entities } = change.identity;
    const groups = await entities.groupsOf(user);
    if (groups.some(({ id }) => id === group.id)) return;
    const quota = limits.groupsPerUser;
    if (groups.length >= quota) throw quotaExceeded("GroupsPerUser", quota);
    await entities.addMember(group, user);
  });
  ports.memory.access.forgetPrincipals();
}

/**
 * Ends the membership; that there is none is no error.
 * @throws NoSuchEntity for a group or user that is not there
 */
export async function removeMember(
  ports: Pick<Ports, "metadata" | "memory">,
  membership: Membership,
): Promise<void> {
  const { account } = membership;
  await ports.metadata.transaction(async (change) => {
    const group = await lockEntity(change, account, "group", membership.group);
    const user = await lockEntity(change, account, "user", membership.user);
    await change.identity.entities.removeMember(group, user);
  });
  ports.memory.access.forgetPrincipals();
}
