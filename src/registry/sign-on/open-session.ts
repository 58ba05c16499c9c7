import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { federationOf, subjectOf } from "../identity/assume-with-web-identity.ts";
import { openFederatedConsoleSession, type SignedIn } from "../identity/console-sessions.ts";
import type { Role } from "../identity/entity.ts";
import { sessionPrincipal } from "../identity/load-principal.ts";
import type { Organization } from "../identity/organization.ts";
import type { Principal } from "../identity/principal.ts";
import { sessionTags } from "../identity/session-tags.ts";
import { oidcProviderArn } from "../identity/stored-credential.ts";
import type { Identified } from "./identify.ts";
import { sessionNameOf } from "./offered-roles.ts";

/**
 * Signs somebody in to the console as a role that was offered to them: what AssumeRoleWithWebIdentity
 * gives, for as long as a session of the role may last.
 * @throws InvalidInput, LimitExceeded, Validation for session tags that are none
 */
export async function openSignOnSession(
  ports: Pick<Ports, "metadata" | "memory" | "keys" | "clock">,
  organization: Organization,
  role: Role,
  { provider, identity }: Identified,
): Promise<{ readonly signedIn: SignedIn; readonly principal: Principal }> {
  const { tags, transitiveKeys, sourceIdentity } = identity.session;
  const passed = [...tags].map(([Key, Value]) => ({ Key, Value }));
  const signedIn = await openFederatedConsoleSession(ports, role, {
    name: sessionNameOf(identity, provider.signOn.nameClaim),
    claims: {
      ...sessionTags(passed, transitiveKeys, undefined),
      sourceIdentity,
      federation: federationOf(identity),
      federatedProvider: oidcProviderArn(provider),
      assumedBy: subjectOf(identity),
    },
  });
  const principal = await sessionPrincipal(ports, organization, signedIn.issued.session);
  if (principal !== undefined) return { signedIn, principal };
  throw new RegistryError("AccessDenied", "The role was deleted meanwhile. Sign in again.");
}
