import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Resource } from "../policy/authorize.ts";
import { retiringPolicy } from "./grant-policy.ts";
import { type KeyRequest, keyResource } from "./key-access.ts";
import type { KmsGrant, KmsKey, KmsKeyRef } from "./kms-key.ts";

/**
 * Ends a grant, at once on this replica and within `limits.identityCacheMs` on the others: revoked or
 * retired, that is the same. Source: KMS API, RevokeGrant and RetireGrant.
 * @throws NotFound
 */
export async function endGrant(
  ports: Pick<Ports, "metadata" | "memory">,
  key: KmsKeyRef,
  id: string,
): Promise<void> {
  const ended = await ports.metadata.transaction(({ kms }) => kms.grants.remove(key, id));
  ports.memory.access.forgetKmsKey(key);
  if (!ended) throw noSuchGrant(id);
}

/** @throws NotFound */
export async function requireGrant(
  { metadata }: Pick<Ports, "metadata">,
  key: KmsKeyRef,
  id: string,
): Promise<KmsGrant> {
  const grant = await metadata.kms.grants.find(key, id);
  if (grant === undefined) throw noSuchGrant(id);
  return grant;
}

/** The key as a resource for kms:RetireGrant: the grant itself says who may retire it. */
export async function retirableGrant(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  key: KmsKey,
  grant: KmsGrant,
  request: KeyRequest,
): Promise<Resource> {
  const resource = await keyResource(ports, key, request);
  return { ...resource, policies: [...(resource.policies ?? []), retiringPolicy(ports, grant)] };
}

function noSuchGrant(id: string): RegistryError {
  return new RegistryError("NotFound", `Grant ID ${id} not found`);
}
