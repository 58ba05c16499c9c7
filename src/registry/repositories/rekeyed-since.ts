import type { Ports } from "../../ports/ports.ts";
import { encryptionDomain } from "../encryption/domain.ts";
import { isRegistryError } from "../errors.ts";
import type { Repository } from "./repository.ts";

/**
 * The repository as it is now, where the refusal is because its key was changed while something was
 * sealed for it: what was refused can be done again. `undefined` for any other refusal.
 */
export async function rekeyedSince(
  { metadata }: Pick<Ports, "metadata">,
  repository: Repository,
  error: unknown,
): Promise<Repository | undefined> {
  if (!isRegistryError(error, "ServiceUnavailable")) return undefined;
  const { registry, name, id } = repository;
  const now = await metadata.repositories.find(registry, name);
  if (now?.id !== id) return undefined;
  return encryptionDomain(now) === encryptionDomain(repository) ? undefined : now;
}
