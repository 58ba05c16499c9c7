import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { quotaExceeded } from "./check-policy.ts";
import type { ResourceTag, Role } from "./entity.ts";
import { holdBoundary } from "./permissions-boundary.ts";
import { serviceLinkedPath } from "./protected-role.ts";
import { checkedTrustPolicy } from "./trust-policy.ts";
import { newUniqueId } from "./unique-id.ts";

export interface NewRole {
  readonly account: AccountId;
  readonly name: string;
  readonly path: string;
  /** As people write it, with principals by their ARNs. */
  readonly trustPolicy: string;
  readonly description: string;
  readonly maxSessionSeconds: number;
  readonly boundary: string | undefined;
  readonly tags: readonly ResourceTag[];
}

/**
 * Makes a role that has no permissions yet.
 * @throws EntityAlreadyExists, MalformedPolicyDocument, LimitExceeded, InvalidInput; NoSuchEntity and
 *   PolicyNotAttachable for its boundary
 */
export async function createRole(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  wanted: NewRole,
): Promise<Role> {
  if (wanted.path.startsWith(serviceLinkedPath)) {
    throw new RegistryError(
      "InvalidInput",
      `The path ${serviceLinkedPath} is reserved for service-linked roles.`,
    );
  }
  const { account, boundary } = wanted;
  const role = newRole(ports, wanted, await checkedTrustPolicy(ports, wanted.trustPolicy));
  await ports.metadata.transaction(async (change) => {
    if (boundary !== undefined) await holdBoundary(change, account, boundary);
    if (await addRole(change, role)) return;
    throw new RegistryError("EntityAlreadyExists", `Role with name ${role.name} already exists.`);
  });
  ports.memory.access.forgetPrincipals();
  return role;
}

/** The role that `wanted` becomes; `trustPolicy` is the document as it is stored. */
export function newRole(
  { clock }: Pick<Ports, "clock">,
  wanted: NewRole,
  trustPolicy: string,
): Role {
  return {
    ...wanted,
    kind: "role",
    id: newUniqueId("AROA"),
    createdAt: clock.now(),
    trustPolicy,
    revokedBefore: undefined,
    usedAt: undefined,
    usedRegion: undefined,
  };
}

/**
 * Adds a role to its account, to which nobody else adds any until the transaction ends. False where
 * another has its name.
 * @throws LimitExceeded
 */
export async function addRole(
  { identity }: Pick<MetadataChange, "identity">,
  role: Role,
): Promise<boolean> {
  const { account, name } = role;
  await identity.accounts.lock(account);
  // Of both refusals, that the name is taken is the one to act on.
  if ((await identity.entities.find(account, "role", name)) !== undefined) return false;
  const quota = limits.rolesPerAccount;
  if ((await identity.entities.count(account, "role")) >= quota) {
    throw quotaExceeded("RolesPerAccount", quota);
  }
  return identity.entities.insertIfAbsent(role);
}
