import { RegistryError } from "../errors.ts";
import type { Entity } from "./entity.ts";

/** Where roles live that services made for themselves. */
export const serviceLinkedPath = "/aws-service-role/";

export function isServiceLinked(entity: Pick<Entity, "kind" | "path">): boolean {
  return entity.kind === "role" && entity.path.startsWith(serviceLinkedPath);
}

/**
 * What a service-linked role may do is its service's affair.
 * @throws UnmodifiableEntity. Source: IAM, "Service-linked roles"
 */
export function requireModifiable(entity: Pick<Entity, "kind" | "path" | "name">): void {
  if (!isServiceLinked(entity)) return;
  throw new RegistryError(
    "UnmodifiableEntity",
    `Cannot perform the operation on the protected role '${entity.name}' - this role is only modifiable by AWS`,
  );
}
