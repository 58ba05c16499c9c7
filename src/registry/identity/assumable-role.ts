import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import type { Resource } from "../policy/authorize.ts";
import { entityArn, parseEntityArn, type Role } from "./entity.ts";
import type { Organization } from "./organization.ts";
import type { Principal } from "./principal.ts";

/** The role that CreateAccount makes in every account, for the management account to enter it by. */
export const accountAccessRole = "OrganizationAccountAccessRole";

type RolePorts = Pick<Ports, "metadata" | "memory">;

/** A role as somebody wants to be it: as policies see it, whether it is there or not. */
export interface AssumableRole {
  readonly resource: Resource;
  /** `undefined` where there is no such role, or its account is closed. */
  readonly role: Role | undefined;
}

/**
 * The role that the ARN names, whose trust policy has to let in whoever wants to be it (IAM, "Roles
 * terms and concepts"). One that is not there trusts nobody, and so looks like one that is (I7).
 * @throws Validation for what is no role's ARN
 */
export async function assumableRole(ports: RolePorts, arn: string): Promise<AssumableRole> {
  const named = parseEntityArn(arn);
  if (named?.kind !== "role") throw new RegistryError("Validation", `${arn} is invalid`);
  const role = await findRole(ports, named.account, named.name);
  if (role === undefined || entityArn(role) !== arn) {
    return { resource: asResource(arn, named.account), role: undefined };
  }
  return { resource: roleAsTrusting(ports, role), role };
}

/** A role as what its trust policy lets people be, or not. */
export function roleAsTrusting({ memory }: Pick<Ports, "memory">, role: Role): Resource {
  const compiled = memory.access.documents.compile("trust", role.trustPolicy);
  const trust = { source: `trust policy of role ${role.name}`, type: "trust policy", compiled };
  const tags = role.tags.flatMap(({ key, value }) =>
    ["aws", "iam"].map((prefix) => [`${prefix}:resourcetag/${key.toLowerCase()}`, value] as const),
  );
  const resource = asResource(entityArn(role), role.account);
  return { ...resource, policies: [trust], conditions: new Map(tags) };
}

/**
 * How long a session of the role lasts that somebody asked for.
 * @throws Validation where the role, or a session that asks for another, allows less
 */
export function roleSessionSeconds(
  role: Role,
  wanted: number | undefined,
  { isChained }: { readonly isChained: boolean },
): number {
  const seconds = wanted ?? Math.min(limits.sessionDefaultSeconds, role.maxSessionSeconds);
  if (seconds > role.maxSessionSeconds) {
    throw new RegistryError(
      "Validation",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  }
  if (isChained && seconds > limits.chainedSessionSeconds) {
    throw new RegistryError(
      "Validation",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  }
  return seconds;
}

/**
 * Roots may not be roles. Differs from AWS: root of the management account may enter other accounts
 * by the role that was made for this, since a new deployment has nobody else.
 * @throws AccessDenied
 */
export function requireMayAssume(
  principal: Principal,
  { managementAccount }: Organization,
  arn: string,
): void {
  if (principal.type !== "Root") return;
  const named = parseEntityArn(arn);
  const isWayIn =
    principal.account === managementAccount &&
    named?.account !== managementAccount &&
    named?.kind === "role" &&
    named.path === "/" &&
    named.name === accountAccessRole;
  if (isWayIn) return;
  throw new RegistryError("AccessDenied", "Roles may not be assumed by root accounts.");
}

async function findRole(
  { metadata }: RolePorts,
  account: AccountId,
  name: string,
): Promise<Role | undefined> {
  const { accounts, entities } = metadata.identity;
  const [owner, role] = await Promise.all([
    accounts.find(account),
    entities.find(account, "role", name),
  ]);
  return owner?.status === "ACTIVE" ? role : undefined;
}

function asResource(arn: string, account: AccountId): Resource {
  return { arn, account, policies: [], grants: "resource-required" };
}
