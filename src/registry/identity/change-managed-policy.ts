import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { checkManagedPolicy } from "./check-policy.ts";
import { lockPolicy } from "./find-managed-policy.ts";
import type { ManagedPolicy, PolicyVersion } from "./managed-policy.ts";

type ChangePorts = Pick<Ports, "metadata" | "memory" | "clock">;

/** One of an account's own policies. */
export interface PolicyName {
  readonly account: AccountId;
  readonly arn: string;
}

/**
 * Changes a policy in one transaction, and at once for this process.
 * @throws NoSuchEntity
 */
export async function changePolicy(
  ports: ChangePorts,
  { account, arn }: PolicyName,
  apply: (policy: ManagedPolicy, change: MetadataChange) => ManagedPolicy | Promise<ManagedPolicy>,
): Promise<ManagedPolicy> {
  const changed = await ports.metadata.transaction(async (change) => {
    const next = await apply(await lockPolicy(change, account, arn), change);
    await change.identity.policies.replace(next);
    return next;
  });
  ports.memory.access.forgetPrincipals();
  return changed;
}

/**
 * Adds a version, and makes it the one that counts if that is wanted.
 * @throws NoSuchEntity, MalformedPolicyDocument, LimitExceeded
 */
export async function addPolicyVersion(
  ports: ChangePorts,
  name: PolicyName,
  wanted: { readonly document: string; readonly isDefault: boolean },
): Promise<PolicyVersion> {
  const { document, isDefault } = wanted;
  checkManagedPolicy(document);
  const now = ports.clock.now();
  const { versionsMade } = await changePolicy(ports, name, async (policy, { identity }) => {
    if ((await identity.policies.versions(policy)).length >= limits.policyVersions) {
      throw new RegistryError(
        "LimitExceeded",
        `A managed policy can have up to ${limits.policyVersions} versions. Before you create a new version, you must delete an existing version.`,
      );
    }
    const version = policy.versionsMade + 1;
    await identity.policies.insertVersion(policy, { version, document, createdAt: now });
    const defaultVersion = isDefault ? version : policy.defaultVersion;
    return { ...policy, versionsMade: version, defaultVersion, updatedAt: now };
  });
  return { version: versionsMade, document, createdAt: now };
}

/** @throws NoSuchEntity; DeleteConflict for the version that counts */
export async function removePolicyVersion(
  ports: ChangePorts,
  name: PolicyName,
  version: number,
): Promise<void> {
  await changePolicy(ports, name, async (policy, { identity }) => {
    await requireVersion(identity.policies, policy, name.arn, version);
    if (version === policy.defaultVersion) {
      throw conflict("Cannot delete the default version of a policy.");
    }
    await identity.policies.removeVersion(policy, version);
    return policy;
  });
}

/**
 * Makes another version the one that counts.
 * @throws NoSuchEntity
 */
export async function setDefaultVersion(
  ports: ChangePorts,
  name: PolicyName,
  version: number,
): Promise<void> {
  await changePolicy(ports, name, async (policy, { identity }) => {
    await requireVersion(identity.policies, policy, name.arn, version);
    return { ...policy, defaultVersion: version };
  });
}

/**
 * Removes a policy that nobody has, with its last version.
 * @throws NoSuchEntity, DeleteConflict
 */
export async function deleteManagedPolicy(
  ports: ChangePorts,
  { account, arn }: PolicyName,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const policy = await lockPolicy(change, account, arn);
    const { policies } = change.identity;
    const uses =
      (await policies.attachmentCount(account, arn)) + (await policies.boundaryCount(account, arn));
    if (uses > 0) throw conflict("Cannot delete a policy attached to entities.");
    if ((await policies.versions(policy)).length > 1) {
      throw conflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      );
    }
    await policies.remove(policy);
  });
  ports.memory.access.forgetPrincipals();
}

/** IAM's sentence for a version that a policy does not have. */
export function noSuchVersion(arn: string, version: number): RegistryError {
  return new RegistryError(
    "NoSuchEntity",
    `Policy ${arn} version v${version} does not exist or is not attachable.`,
  );
}

async function requireVersion(
  policies: MetadataChange["identity"]["policies"],
  policy: ManagedPolicy,
  arn: string,
  version: number,
): Promise<void> {
  if ((await policies.version(policy, version)) === undefined) throw noSuchVersion(arn, version);
}

function conflict(sentence: string): RegistryError {
  return new RegistryError("DeleteConflict", sentence);
}
