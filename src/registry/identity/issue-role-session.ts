import type { Ports } from "../../ports/ports.ts";
import { roleSessionSeconds } from "./assumable-role.ts";
import type { Role } from "./entity.ts";
import { type IssuedSession, issueSession } from "./issue-session.ts";
import { packedPolicyPercent, sessionPolicyClaims } from "./session-policies.ts";
import type { SessionClaims } from "./stored-credential.ts";

/** A session of a role that somebody may have, as he wants it. */
export interface RoleSessionWish {
  readonly kind: "assumed-role" | "web-identity";
  readonly role: Role;
  readonly name: string;
  readonly durationSeconds: number | undefined;
  /** A session policy, and ARNs of managed ones. */
  readonly policy: { readonly document: string | undefined; readonly arns: readonly string[] };
  readonly claims: Partial<Omit<SessionClaims, "policies" | "policyArns" | "tokenSha256">>;
  readonly tokenCharacters?: number | undefined;
}

export interface IssuedRoleSession extends IssuedSession {
  /** `PackedPolicySize`. */
  readonly packedPercent: number | undefined;
}

/**
 * Temporary credentials of the role, good from now on.
 * @throws MalformedPolicyDocument, PackedPolicyTooLarge; Validation for a session that is too long or a
 *   policy that is not there
 */
export async function issueRoleSession(
  ports: Pick<Ports, "keys" | "metadata" | "clock">,
  wish: RoleSessionWish,
): Promise<IssuedRoleSession> {
  const { kind, role, name, tokenCharacters } = wish;
  const isChained = wish.claims.isChained === true;
  const seconds = roleSessionSeconds(role, wish.durationSeconds, { isChained });
  const policies = await sessionPolicyClaims(ports, role.account, wish.policy);
  const claims = { ...wish.claims, ...policies };
  const packedPercent = packedPolicyPercent({ tags: [], ...claims });
  const createdAt = ports.clock.now();
  const owner = { account: role.account, id: role.id };
  const expiresAt = createdAt + seconds * 1000;
  const issued = await issueSession(ports, {
    ...{ kind, owner, name, claims, createdAt, expiresAt, tokenCharacters },
  });
  return { ...issued, packedPercent };
}
