import type { Ports } from "../../ports/ports.ts";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { meantUser } from "./user-resource.ts";

/**
 * For what no user here ever has, and nobody's may be asked for.
 * @throws NoSuchEntity for a user that is not there
 */
export async function requireMeant(
  ports: Pick<Ports, "metadata">,
  input: { readonly UserName?: string | undefined },
  caller: Caller,
): Promise<void> {
  const name = meantUser(input, caller);
  if (name !== undefined) await findEntity(ports, caller.principal.account, "user", name);
}
