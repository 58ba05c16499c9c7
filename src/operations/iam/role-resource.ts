import type { Caller } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";
import { entityResource } from "./entity-resource.ts";

/** The role that the input names, in the caller's account. */
export function roleResource(
  { RoleName }: { readonly RoleName: string },
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  return entityResource(ports, caller.principal.account, "role", RoleName);
}

/** The role as the registry takes it. */
export function roleOf(caller: Caller, { RoleName }: { readonly RoleName: string }) {
  return { account: caller.principal.account, kind: "role", name: RoleName } as const;
}
