/**
 * Whether the registry may use a KMS key for a repository, and that it did. The service asks, for
 * whoever asked it: it needs a grant, or a key policy that lets it in. Source: ECR, "Encryption at
 * rest"; KMS, "Using AWS KMS with ECR".
 */
import { randomUUID } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import { noSuchKey } from "../kms/find-key.ts";
import { type KmsKey, type KmsKeyRef, kmsKeyArn } from "../kms/kms-key.ts";
import { requireUsable, type UsableKey } from "../kms/require-usable.ts";
import { repositoryArn } from "../names.ts";
import { keyRefusal } from "./key-refusal.ts";
import type { KeyOwner } from "./keyed-object.ts";
import {
  callerName,
  repositoryContext,
  requireService,
  type ServiceOperation,
} from "./service-access.ts";

/**
 * The key as it was a moment ago, for one use of it, which is recorded: done or refused.
 * @param repository absent for the deployment's own work, which asks only whether the key is there
 * @throws Kms with KMS's code in `kmsError`
 */
export async function useKey(
  ports: Ports,
  repository: KeyOwner | undefined,
  key: KmsKeyRef,
  operation: ServiceOperation,
): Promise<UsableKey> {
  try {
    const usable = await requireUse(ports, repository, key, operation);
    record(ports, repository, key, operation, undefined);
    return usable;
  } catch (error) {
    if (isRegistryError(error, "Kms")) {
      record(ports, repository, key, operation, String(error.details.kmsError));
    }
    throw error;
  }
}

/**
 * That the key may be used, as was found at most `limits.identityReadMs` ago (I13).
 * @throws Kms with KMS's code in `kmsError`
 */
export function requireUse(
  ports: Ports,
  repository: KeyOwner | undefined,
  key: KmsKeyRef,
  operation: ServiceOperation,
): Promise<UsableKey> {
  if (repository === undefined) return findUsable(ports, key);
  const { keyDecisions } = ports.memory.access;
  const owner = repositoryArn(repository.registry, repository.name);
  const name = `${operation} ${kmsKeyArn(key)} ${owner} ${callerName(ports)}`;
  return keyDecisions.get(ports.clock, name, () => decide(ports, repository, key, operation));
}

async function decide(
  ports: Ports,
  repository: KeyOwner,
  ref: KmsKeyRef,
  operation: ServiceOperation,
): Promise<UsableKey> {
  const key = await findUsable(ports, ref);
  try {
    await requireService(ports, repository, key, operation);
  } catch (error) {
    throw keyRefusal(error);
  }
  return { version: key.version };
}

async function findUsable(ports: Ports, ref: KmsKeyRef): Promise<KmsKey> {
  const key = await ports.metadata.kms.keys.find(ref);
  try {
    if (key === undefined) throw noSuchKey(kmsKeyArn(ref));
    requireUsable(key);
    return key;
  } catch (error) {
    throw keyRefusal(error);
  }
}

function record(
  ports: Ports,
  repository: KeyOwner | undefined,
  key: KmsKeyRef,
  operation: ServiceOperation,
  error: string | undefined,
): void {
  const at = ports.clock.now();
  ports.memory.usage.keyUsed(key.registry, at);
  ports.memory.keyUses.add({
    key: { registry: key.registry, id: key.id },
    id: randomUUID(),
    at,
    operation,
    principal: ports.onBehalfOf?.principal.arn ?? "",
    requestId: ports.onBehalfOf?.requestId ?? "",
    encryptionContext: repository === undefined ? {} : repositoryContext(repository),
    error,
  });
}
