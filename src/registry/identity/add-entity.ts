import type { MetadataChange } from "../../ports/metadata-store.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { quotaExceeded } from "./check-policy.ts";
import type { Group, User } from "./entity.ts";

const quotas = {
  user: { name: "UsersPerAccount", most: limits.usersPerAccount },
  group: { name: "GroupsPerAccount", most: limits.groupsPerAccount },
} as const;

const titles = { user: "User", group: "Group" } as const;

/**
 * Adds a user or group to its account, to which nobody else adds any until the transaction ends.
 * @throws EntityAlreadyExists, LimitExceeded
 */
export async function addEntity(
  { identity }: Pick<MetadataChange, "identity">,
  entity: User | Group,
): Promise<void> {
  const { account, kind, name } = entity;
  await identity.accounts.lock(account);
  // Of both refusals, that the name is taken is the one to act on.
  if ((await identity.entities.find(account, kind, name)) !== undefined) throw taken(kind, name);
  const quota = quotas[kind];
  if ((await identity.entities.count(account, kind)) >= quota.most) {
    throw quotaExceeded(quota.name, quota.most);
  }
  if (!(await identity.entities.insertIfAbsent(entity))) throw taken(kind, name);
}

/** IAM's sentence for a name that another has. */
export function taken(kind: "user" | "group", name: string): RegistryError {
  return new RegistryError(
    "EntityAlreadyExists",
    `${titles[kind]} with name ${name} already exists.`,
  );
}
