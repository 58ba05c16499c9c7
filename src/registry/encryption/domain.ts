import { RegistryError } from "../errors.ts";
import type { Repository } from "../repositories/repository.ts";

/**
 * Equal layers are stored once within a domain: repositories of one registry that are sealed under
 * the same key. Layers also mount only within it. (ECR, BLOB_MOUNTING: same encryption type and key.)
 */
export function encryptionDomain(repository: Pick<Repository, "encryption">): string {
  const { encryption } = repository;
  return "keyArn" in encryption ? `${encryption.type} ${encryption.keyArn}` : encryption.type;
}

/** The domain of the repository's manifests, of which none is shared: they go with their images. */
export function manifestDomain(repository: Pick<Repository, "id" | "encryption">): string {
  return `${encryptionDomain(repository)}/manifest/${repository.id}`;
}

/**
 * Refuses what was sealed for a key that has become another one since.
 * @throws ServiceUnavailable
 */
export function requireSameDomain(now: string, sealedFor: string): void {
  if (now === sealedFor) return;
  throw new RegistryError("ServiceUnavailable", "The repository's key was changed; try again");
}
