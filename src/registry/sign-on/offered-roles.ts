import { createHash } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { roleAsTrusting } from "../identity/assumable-role.ts";
import { refusedAction } from "../identity/assume-with-web-identity.ts";
import { entityArn, type Role } from "../identity/entity.ts";
import type { Caller } from "../identity/principal.ts";
import { oidcProviderArn } from "../identity/stored-credential.ts";
import type { WebIdentity } from "../identity/web-identity.ts";
import { limits } from "../limits.ts";
import type { Identified } from "./identify.ts";

type RolePorts = Pick<Ports, "metadata" | "memory" | "clock">;

/**
 * The roles that somebody may have in the console: those of the account whose trust policies let them in,
 * which is what AssumeRoleWithWebIdentity would say. By name.
 * @throws AccessDenied where there is none
 */
export async function offeredRoles(
  ports: RolePorts,
  caller: Caller,
  identified: Identified,
): Promise<Role[]> {
  const { provider, identity } = identified;
  const { account, signOn } = provider;
  const { entities } = ports.metadata.identity;
  const named = signOn.roleClaim === undefined ? undefined : valuesOf(identity, signOn.roleClaim);
  const offered: Role[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await entities.list(account, "role", { after, limit: limits.trustPageRoles });
    for (const role of page) {
      if (named !== undefined && !named.includes(entityArn(role))) continue;
      if (await letsIn(ports, caller, role, identified)) offered.push(role);
    }
    if (page.length < limits.trustPageRoles) break;
    after = page.at(-1)?.name;
  }
  if (offered.length === 0) throw noRole(identified);
  return offered;
}

/** @throws AccessDenied for a role that is not offered to them */
export async function offeredRole(
  ports: RolePorts,
  caller: Caller,
  identified: Identified,
  roleArn: string,
): Promise<Role> {
  const roles = await offeredRoles(ports, caller, identified);
  const role = roles.find((each) => entityArn(each) === roleArn);
  if (role !== undefined) return role;
  throw new RegistryError("AccessDenied", `The role ${roleArn} is none of yours.`);
}

async function letsIn(
  ports: RolePorts,
  caller: Caller,
  role: Role,
  { provider, identity }: Identified,
): Promise<boolean> {
  // Most roles are for services, users and other roles: nothing has to be judged there.
  if (!/Federated|"\*"/.test(role.trustPolicy)) return false;
  const sessionName = sessionNameOf(identity, provider.signOn.nameClaim);
  const resource = roleAsTrusting(ports, role);
  const trust = { resource, identity, providerArn: oidcProviderArn(provider), sessionName };
  return (await refusedAction(ports, caller, trust)) === undefined;
}

const digestCharacters = 8;

/**
 * What the session is called: the claim that is set for it, else the email where the provider has verified
 * it, else the subject. What no session can be called is written otherwise, and stays different for
 * different people. Source: STS API, RoleSessionName.
 */
export function sessionNameOf(identity: WebIdentity, nameClaim: string | undefined): string {
  const isVerified = valuesOf(identity, "email_verified")[0] === "true";
  const claim = nameClaim ?? (isVerified ? "email" : "sub");
  const name = valuesOf(identity, claim)[0] ?? identity.subject;
  if (/^[\w+=,.@-]{2,64}$/.test(name)) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, digestCharacters);
  const plain = name.replace(/[^\w+=,.@-]+/g, "-").slice(0, 64 - 1 - digestCharacters);
  return `${plain}-${digest}`;
}

const groupsTold = 20;

/**
 * Whether the provider says that there are more groups than it puts into a token, and where to ask for
 * them. Source: Microsoft identity platform, "Groups overage claim"; OpenID Connect Core 1.0, section 5.6.2.
 */
function hasTooManyGroups(idToken: string, groupsClaim: string): boolean {
  // It was verified: it is a token.
  const [, payload = ""] = idToken.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
    readonly _claim_names?: Record<string, unknown> | null;
    readonly hasgroups?: unknown;
  };
  return claims.hasgroups === true || claims._claim_names?.[groupsClaim] !== undefined;
}

function noRole({ provider, identity, idToken }: Identified): RegistryError {
  const { groupsClaim, roleClaim } = provider.signOn;
  const groups = valuesOf(identity, groupsClaim);
  const told = groups.slice(0, groupsTold).join(", ") + (groups.length > groupsTold ? ", …" : "");
  const why =
    roleClaim !== undefined
      ? `the token's claim "${roleClaim}" names no role of account ${provider.account} that trusts this identity provider`
      : groups.length === 0 && hasTooManyGroups(idToken, groupsClaim)
        ? `you are in more groups than the identity provider puts into a token, so that it names none: have it send those alone that are assigned to the application, or roles of the application with --groups-claim roles`
        : groups.length === 0
          ? `the identity provider's token names no groups (it has no claim "${groupsClaim}")`
          : `none of your groups has a role in account ${provider.account}: ${told}`;
  return new RegistryError("AccessDenied", `You have no role here: ${why}. Ask an administrator.`);
}

function valuesOf({ conditionValues }: WebIdentity, claim: string): readonly string[] {
  return conditionValues.get(claim) ?? [];
}
