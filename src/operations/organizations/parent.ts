import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { type Organization, organizationRootId } from "../../registry/identity/organization.ts";

/** The root, or an organizational unit. Source: Organizations API reference, `ParentId`. */
export const parentId = z
  .string()
  .max(100)
  .regex(/^(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/);

/** There is no other than the root. @throws ParentNotFound */
export function requireRoot(organization: Organization, id: string): void {
  if (id === organizationRootId(organization)) return;
  throw new RegistryError(
    "ParentNotFound",
    "We can't find a root or organizational unit (OU) with the ParentId that you specified.",
  );
}
