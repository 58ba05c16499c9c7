/** Which trail an operation is asked about. */
import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { trailNotFound } from "../../registry/trails/change-trails.ts";
import {
  isTrailName,
  parseTrailArn,
  type TrailRef,
  trailArn,
} from "../../registry/trails/trail.ts";

/** The caller's own account, in the region of the request. */
export function ownRegistry({ principal, region }: Caller): Registry {
  return { account: principal.account, region };
}

/** What takes no resource: identity policies alone grant it. */
export function anyTrail(_input: unknown, { principal }: Caller): Resource {
  return { arn: "*", account: principal.account, grants: "identity-only" };
}

/**
 * The trail of the caller's account that a name or an ARN says.
 * @throws InvalidTrailName, CloudTrailARNInvalid; TrailNotFound for one of another account
 */
export function trailRef(nameOrArn: string, caller: Caller): TrailRef {
  if (!nameOrArn.startsWith("arn:")) {
    if (!isTrailName(nameOrArn)) throw invalidName();
    return { registry: ownRegistry(caller), name: nameOrArn };
  }
  const trail = arnRef(nameOrArn);
  if (trail.registry.account !== caller.principal.account) throw trailNotFound(trail);
  return trail;
}

/** @throws CloudTrailARNInvalid */
export function arnRef(arn: string): TrailRef {
  const trail = parseTrailArn(arn);
  if (trail !== undefined && isTrailName(trail.name)) return trail;
  throw new RegistryError("CloudTrailARNInvalid", "The ARN is not that of a trail.");
}

export function invalidName(): RegistryError {
  return new RegistryError(
    "InvalidTrailName",
    "Trail name must be 3 to 128 letters, digits, periods, underscores and dashes, begin and end with a " +
      "letter or digit, and have no two of the others in a row.",
  );
}

function asResource(trail: TrailRef): Resource {
  return { arn: trailArn(trail), account: trail.registry.account, grants: "identity-only" };
}

export function namedTrail({ Name }: { readonly Name: string }, caller: Caller): Resource {
  return asResource(trailRef(Name, caller));
}

export function selectedTrail({ TrailName }: { readonly TrailName: string }, caller: Caller) {
  return asResource(trailRef(TrailName, caller));
}

/** One that is named by its ARN, of the caller's account. */
export function taggedTrail({ ResourceId }: { readonly ResourceId: string }, caller: Caller) {
  return asResource(ownArnRef(ResourceId, caller));
}

/** @throws CloudTrailARNInvalid; TrailNotFound for one of another account */
export function ownArnRef(arn: string, caller: Caller): TrailRef {
  arnRef(arn);
  return trailRef(arn, caller);
}

/** The same of a trail that is to be changed, which is done in its home region. @throws InvalidHomeRegion */
export function homeTrail(nameOrArn: string, caller: Caller): TrailRef {
  const trail = trailRef(nameOrArn, caller);
  if (trail.registry.region === caller.region) return trail;
  throw new RegistryError(
    "InvalidHomeRegion",
    `The trail ${trail.name} can be changed in its home region ${trail.registry.region} alone.`,
  );
}
