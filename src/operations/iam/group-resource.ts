import type { Caller } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";
import { entityResource } from "./entity-resource.ts";

/** The group that the input names, in the caller's account. */
export function groupResource(
  { GroupName }: { readonly GroupName: string },
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  return entityResource(ports, caller.principal.account, "group", GroupName);
}

/** The group as the registry takes it. */
export function groupOf(caller: Caller, { GroupName }: { readonly GroupName: string }) {
  return { account: caller.principal.account, kind: "group", name: GroupName } as const;
}
