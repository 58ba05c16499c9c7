/** What operations of Inspector are about, for who is asked whether they may. */
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";

/** The caller's own account, in the region of the request. */
export function ownRegistry({ principal, region }: Caller): Registry {
  return { account: principal.account, region };
}

/** What takes no resource: identity policies alone grant it. */
export function anyResource(_input: unknown, { principal }: Caller): Resource {
  return { arn: "*", account: principal.account, grants: "identity-only" };
}

/** A filter, whether it is there or not. One of another account is none of the caller's. */
export function filterResource(arn: string, { principal }: Caller): Resource {
  return { arn, account: principal.account, grants: "identity-only" };
}
