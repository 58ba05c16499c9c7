import type { Ports } from "../../ports/ports.ts";
import { invariant, isRegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { serviceLinkedPath } from "./protected-role.ts";
import { createServiceLinkedRole, serviceRoles } from "./service-linked-roles.ts";

/** Services that make their role when they are first used. Source: ECR, "Using service-linked roles". */
export type OwnService = "pullthroughcache.ecr.amazonaws.com" | "replication.ecr.amazonaws.com";

/** The ARN of the role that a service acts as in an account, whether it is there or not. */
export function serviceRoleArn(account: AccountId, service: OwnService): string {
  return `arn:aws:iam::${account}:role${serviceLinkedPath}${service}/${nameOf(service)}`;
}

/** Whether the account has it. */
export async function hasServiceRole(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  service: OwnService,
): Promise<boolean> {
  return (await metadata.identity.entities.find(account, "role", nameOf(service))) !== undefined;
}

/** Makes it where it is missing. */
export async function makeServiceRole(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  account: AccountId,
  service: OwnService,
): Promise<void> {
  if (await hasServiceRole(ports, account, service)) return;
  try {
    await createServiceLinkedRole(ports, account, { service, suffix: undefined, description: "" });
  } catch (error) {
    // Somebody else has made it at the same moment.
    if (!isRegistryError(error, "InvalidInput")) throw error;
  }
}

function nameOf(service: OwnService): string {
  const role = serviceRoles.get(service);
  invariant(role !== undefined, "a service that acts by itself has a role");
  return role.name;
}
