import type { IdentityPolicies, Principal } from "../identity/principal.ts";
import type { PolicyPrincipal } from "./policy-principal.ts";

const noPolicies: IdentityPolicies = { identity: [], boundary: undefined, session: [] };

/** A service as policies see it: nothing but policies of resources grants it anything. */
export function servicePrincipal(service: string): PolicyPrincipal & Pick<Principal, "policies"> {
  return { type: "Service", arn: "", service, policies: noPolicies };
}
