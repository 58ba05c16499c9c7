import { RegistryError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { AccountId } from "../names.ts";

/** What an action is asked on: its ARN ("*" where the action takes no resource) and whose it is. */
export interface Resource {
  readonly arn: string;
  readonly account: AccountId;
}

/** Condition keys and their values, as IAM names them. */
export type RequestContext = ReadonlyMap<string, string>;

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly because: string };

const allowed: Decision = { allowed: true };

/**
 * The one guard: every operation and every `/v2/` route asks it before anything else is looked at.
 * Default deny. An account's root is allowed everything on what its account owns, and nothing on
 * what another account owns unless that account's policy says so.
 */
export function authorize(
  principal: Principal,
  action: string,
  resource: Resource,
  _context: RequestContext,
): Decision {
  if (principal.account === resource.account) return allowed;
  return { allowed: false, because: `no resource-based policy allows the ${action} action` };
}

/** @throws AccessDenied in IAM's words unless `authorize` allows the action. */
export function requireAllowed(
  principal: Principal,
  action: string,
  resource: Resource,
  context: RequestContext,
): void {
  const decision = authorize(principal, action, resource, context);
  if (decision.allowed) return;
  throw new RegistryError(
    "AccessDenied",
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource.arn} because ${decision.because}`,
  );
}

/** The global condition keys of a request. Source: IAM, "AWS global condition context keys". */
export function requestContext(
  caller: { sourceIp: string; userAgent: string; region: string },
  secure: boolean,
): RequestContext {
  return new Map([
    ["aws:SourceIp", caller.sourceIp],
    ["aws:UserAgent", caller.userAgent],
    ["aws:RequestedRegion", caller.region],
    ["aws:SecureTransport", String(secure)],
  ]);
}
