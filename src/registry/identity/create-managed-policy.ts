import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { checkManagedPolicy, quotaExceeded } from "./check-policy.ts";
import type { ResourceTag } from "./entity.ts";
import type { ManagedPolicy } from "./managed-policy.ts";
import { newUniqueId } from "./unique-id.ts";

export interface NewPolicy {
  readonly account: AccountId;
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly tags: readonly ResourceTag[];
}

/**
 * Makes a managed policy, whose first version is the default.
 * @throws EntityAlreadyExists, MalformedPolicyDocument, LimitExceeded
 */
export async function createManagedPolicy(
  ports: Pick<Ports, "metadata" | "clock">,
  wanted: NewPolicy,
  document: string,
): Promise<ManagedPolicy> {
  checkManagedPolicy(document);
  const now = ports.clock.now();
  const policy: ManagedPolicy = {
    ...wanted,
    ...{ id: newUniqueId("ANPA"), defaultVersion: 1, versionsMade: 1 },
    ...{ createdAt: now, updatedAt: now },
  };
  await ports.metadata.transaction(async ({ identity }) => {
    const { account, name } = policy;
    await identity.accounts.lock(account); // Nobody else adds one before this is counted.
    const quota = limits.policiesPerAccount;
    if ((await identity.policies.count(account)) >= quota) {
      throw quotaExceeded("PoliciesPerAccount", quota);
    }
    if (!(await identity.policies.insertIfAbsent(policy))) {
      throw new RegistryError(
        "EntityAlreadyExists",
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
      );
    }
    await identity.policies.insertVersion(policy, { version: 1, document, createdAt: now });
  });
  return policy;
}
