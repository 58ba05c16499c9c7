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
    await makeRoomForRole(change, account);
    if (boundary !== undefined) await holdBoundary(change, account, boundary);
    if (await change.identity.entities.insertIfAbsent(role)) return;
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
 * Nobody else adds a role to the account until the transaction ends, and one more fits in.
 * @throws LimitExceeded
 */
export async function makeRoomForRole(
  { identity }: Pick<MetadataChange, "identity">,
  account: AccountId,
): Promise<void> {
  await identity.accounts.lock(account);
  const quota = limits.rolesPerAccount;
  if ((await identity.entities.count(account, "role")) >= quota) {
    throw quotaExceeded("RolesPerAccount", quota);
  }
}
