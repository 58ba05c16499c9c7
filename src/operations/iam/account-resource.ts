import type { Caller } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";

/** The caller's account as such, where an action takes no resource. */
export function accountResource(_input: unknown, { principal }: Caller): Resource {
  return { arn: "*", account: principal.account };
}
