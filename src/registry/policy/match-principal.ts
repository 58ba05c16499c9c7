import { type PrincipalMatch, type Reach, reach } from "./compiled-policy.ts";
import type { PrincipalElement } from "./policy-document.ts";
import type { PolicyPrincipal } from "./policy-principal.ts";

/** The values of a `Principal`, each where it is looked up. */
interface Named {
  readonly everyone: boolean;
  readonly accounts: ReadonlySet<string>;
  /** ARNs and unique ids of users, roles and sessions. */
  readonly names: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly federated: ReadonlySet<string>;
}

const accountShape = /^(?:\d{12}|arn:[a-z0-9-]+:iam::(\d{12}):root)$/;

/** Source: IAM, "Principal" and "NotPrincipal". */
export function compilePrincipal(element: PrincipalElement): PrincipalMatch {
  const accounts = new Set<string>();
  const names = new Set<string>();
  const aws = element.values.get("AWS") ?? [];
  for (const value of aws) {
    const account = accountShape.exec(value);
    if (account === null) names.add(value);
    else accounts.add(account[1] ?? value);
  }
  const named: Named = {
    everyone: aws.includes("*"),
    accounts,
    names,
    services: new Set(element.values.get("Service")),
    federated: new Set(element.values.get("Federated")),
  };
  if (!element.negated) return (principal) => reachOf(named, principal);
  return (principal, hasBoundary) => {
    // "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a
    // permissions boundary policy attached."
    const bounded = hasBoundary && (principal.type === "User" || principal.type === "AssumedRole");
    return !bounded && isExcepted(named, principal) ? reach.none : reach.direct;
  };
}

function reachOf(named: Named, principal: PolicyPrincipal): Reach {
  if (named.everyone) return reach.direct;
  switch (principal.type) {
    case "Anonymous":
      return reach.none;
    case "Service":
      return has(named.services, principal.service) ? reach.direct : reach.none;
    case "WebIdentity":
      return has(named.federated, principal.federated) ? reach.direct : reach.none;
    case "Root":
      return has(named.accounts, principal.account) ? reach.direct : reach.none;
  }
  if (named.names.size > 0) {
    if (named.names.has(principal.arn) || has(named.names, principal.uniqueId)) return reach.direct;
    if (principal.type === "FederatedUser" && has(named.names, principal.userArn))
      return reach.role;
    if (principal.type === "AssumedRole" && namesRole(named, principal)) return reach.role;
  }
  return has(named.accounts, principal.account) ? reach.account : reach.none;
}

/**
 * Whether `NotPrincipal` excepts a principal: only where every name that it has is listed, its
 * account, for a session its role, and itself.
 */
function isExcepted(named: Named, principal: PolicyPrincipal): boolean {
  if (named.everyone) return true;
  switch (principal.type) {
    case "Anonymous":
      return false;
    case "Service":
    case "WebIdentity":
    case "Root":
      return reachOf(named, principal) === reach.direct;
  }
  if (!has(named.accounts, principal.account)) return false;
  if (!named.names.has(principal.arn) && !has(named.names, principal.uniqueId)) return false;
  return principal.type !== "AssumedRole" || namesRole(named, principal);
}

/** By its ARN, or by the unique id that a session's own begins with. */
function namesRole(named: Named, session: PolicyPrincipal): boolean {
  if (has(named.names, session.roleArn)) return true;
  const colon = session.uniqueId?.indexOf(":") ?? -1;
  return colon > 0 && named.names.has(session.uniqueId!.slice(0, colon));
}

function has(values: ReadonlySet<string>, value: string | undefined): boolean {
  return value !== undefined && value !== "" && values.has(value);
}
