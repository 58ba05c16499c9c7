import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import { parseKmsKeyArn } from "../kms/kms-key.ts";
import { limits } from "../limits.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { requireUse } from "./key-use.ts";
import { serviceOperations } from "./service-access.ts";

/** A KMS key that seals repositories, and whether the registry may use it for them. */
export interface KeyHealth {
  readonly keyArn: string;
  /** KMS's code, and why, where some repository is shut. */
  readonly kmsError: string | undefined;
  readonly reason: string | undefined;
  /** Names of repositories that are shut; at most `limits.keyHealthRepositories` are looked at. */
  readonly broken: readonly RepositoryName[];
  /** Whether there are more repositories than were looked at. */
  readonly more: boolean;
}

/** Asks of each repository of the key what a pull and a push would ask. */
export async function keyHealth(
  ports: Ports,
  registry: Registry,
  keyArn: string,
): Promise<KeyHealth> {
  const limit = limits.keyHealthRepositories;
  const found = await ports.metadata.repositories.sealedBy(registry, keyArn, { limit: limit + 1 });
  const broken: RepositoryName[] = [];
  let why: { readonly kmsError: string; readonly reason: string } | undefined;
  for (const repository of found.slice(0, limit)) {
    try {
      for (const operation of serviceOperations) {
        await requireUse(ports, repository, parseKmsKeyArn(keyArn), operation);
      }
    } catch (error) {
      if (!isRegistryError(error, "Kms")) throw error;
      why ??= { kmsError: String(error.details.kmsError), reason: error.message };
      broken.push(repository.name);
    }
  }
  const { kmsError, reason } = why ?? {};
  return { keyArn, kmsError, reason, broken, more: found.length > limit };
}
