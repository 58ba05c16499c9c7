import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import { invariant, RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { awsManagedPolicies } from "../policy/managed-policies.ts";
import { addRole, newRole } from "./create-role.ts";
import { removeRole } from "./delete-role.ts";
import type { Role } from "./entity.ts";
import { isServiceLinked, serviceLinkedPath } from "./protected-role.ts";

/** The role that a service makes for itself. Source: ECR, "Using service-linked roles". */
interface ServiceRole {
  readonly name: string;
  readonly policy: string;
}

const policyPath = "arn:aws:iam::aws:policy/aws-service-role/";

/** By the service that assumes it. */
export const serviceRoles: ReadonlyMap<string, ServiceRole> = new Map([
  [
    "replication.ecr.amazonaws.com",
    {
      name: "AWSServiceRoleForECRReplication",
      policy: `${policyPath}ECRReplicationServiceRolePolicy`,
    },
  ],
  [
    "pullthroughcache.ecr.amazonaws.com",
    {
      name: "AWSServiceRoleForECRPullThroughCache",
      policy: `${policyPath}AWSECRPullThroughCache_ServiceRolePolicy`,
    },
  ],
  [
    "ecr.amazonaws.com",
    { name: "AWSServiceRoleForECRTemplate", policy: `${policyPath}ECRTemplateServiceRolePolicy` },
  ],
]);

/**
 * Makes the role of a service with the policy that is its own, together or not at all.
 * @throws InvalidInput for a service that has none, or has it already; LimitExceeded
 */
export async function createServiceLinkedRole(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  account: AccountId,
  wanted: { service: string; suffix: string | undefined; description: string },
): Promise<Role> {
  const { service, suffix, description } = wanted;
  const known = serviceRoles.get(service);
  if (known === undefined) {
    throw invalidInput(`Service-linked roles are not available for the service ${service}.`);
  }
  if (suffix !== undefined) throw invalidInput(`Custom suffix is not allowed for ${service}`);
  invariant(awsManagedPolicies.has(known.policy), "the policy of a service's role is known");
  const trustPolicy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
  const role = newRole(
    ports,
    {
      ...{ account, name: known.name, path: `${serviceLinkedPath}${service}/`, trustPolicy },
      ...{ description, boundary: undefined, tags: [] },
      maxSessionSeconds: limits.sessionDefaultSeconds,
    },
    trustPolicy,
  );
  await ports.metadata.transaction(async (change) => {
    if (!(await addRole(change, role))) {
      throw invalidInput(
        `Service role name ${role.name} has been taken in this account, please try a different suffix.`,
      );
    }
    await change.identity.policies.attach(role, known.policy);
  });
  ports.memory.access.forgetPrincipals();
  return role;
}

const purpose = "role-deletion";
const taskPrefix = "task/aws-service-role/";

/**
 * Removes the role of a service, and says by what name to ask what became of that.
 * @throws NoSuchEntity
 */
export async function deleteServiceLinkedRole(
  ports: Pick<Ports, "metadata" | "memory" | "keys">,
  account: AccountId,
  name: string,
): Promise<string> {
  const { path } = await ports.metadata.transaction(async (change) => {
    const role = await change.identity.entities.lock(account, "role", name);
    if (role === undefined || !isServiceLinked(role)) {
      throw new RegistryError("NoSuchEntity", `There is no service-linked role with name ${name}.`);
    }
    for (const arn of await change.identity.policies.attached(role)) {
      await change.identity.policies.detach(role, arn);
    }
    await removeRole(change, role);
    return role;
  });
  ports.memory.access.forgetPrincipals();
  const deleted = `${path.slice(serviceLinkedPath.length)}${name}`;
  return `${taskPrefix}${deleted}/${sealToken(ports.keys.secret(purpose), deleted, account)}`;
}

/**
 * Whether a deletion of the account has this name. Its role was gone before anybody knew the name.
 * @throws NoSuchEntity for a task that never was
 */
export function checkDeletionTask(
  { keys }: Pick<Ports, "keys">,
  account: AccountId,
  task: string,
): void {
  const token = task.startsWith(taskPrefix) ? task.slice(task.lastIndexOf("/") + 1) : "";
  const [service, name] = task.slice(taskPrefix.length).split("/");
  const deleted = openSealedToken(keys.secrets(purpose), token, account);
  if (deleted === `${service}/${name}`) return;
  throw new RegistryError("NoSuchEntity", `There is no deletion task with id ${task}.`);
}

function invalidInput(sentence: string): RegistryError {
  return new RegistryError("InvalidInput", sentence);
}
