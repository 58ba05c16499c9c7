import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { requireAllowed } from "../../registry/policy/authorize.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { noteAccess } from "../../registry/secrets/change-secret.ts";
import { lookUpSecret, requireKept, requireSecret } from "../../registry/secrets/find-secret.ts";
import type { Secret } from "../../registry/secrets/secret.ts";
import {
  type OpenVersion,
  readSecretValue,
  type WantedVersion,
} from "../../registry/secrets/secret-value.ts";
import { auditedRead } from "./audited-read.ts";

/**
 * Reads a secret for an operation that is not GetSecretValue, with all that a GetSecretValue is: the
 * caller's right to the very secret that was found, a record in the trail, and the day of the access.
 * @throws AccessDenied, also for a secret that is not there
 * @throws ResourceNotFound, InvalidRequest, DecryptionFailure
 */
export async function readForAnother(
  { ports, caller }: { readonly ports: Ports; readonly caller: Caller },
  secretId: string,
  wantedOf: (secret: Secret) => WantedVersion,
): Promise<OpenVersion> {
  const { resource, ...named } = await lookUpSecret(ports, caller, secretId);
  const context = new RequestContext(caller, ports.clock.now());
  const action = "secretsmanager:GetSecretValue";
  return auditedRead({ ports, caller, secretId, resource }, async () => {
    await requireAllowed(ports, caller.principal, action, resource, context);
    const secret = requireKept(requireSecret(named));
    const version = await readSecretValue(ports, caller, secret, wantedOf(secret));
    await noteAccess(ports, secret);
    return version;
  });
}
