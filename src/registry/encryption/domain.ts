import type { Repository } from "../repositories/repository.ts";

/**
 * Equal layers are stored once within a domain: repositories of one registry that are sealed under
 * the same key. Layers also mount only within it. (ECR, BLOB_MOUNTING: same encryption type and key.)
 */
export function encryptionDomain(repository: Pick<Repository, "encryption">): string {
  return repository.encryption.type;
}
