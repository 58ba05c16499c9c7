import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { RepositoryName } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { registryOfAlias } from "../../registry/public/registries.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import type { Environment } from "../operation.ts";

/** What is open to everybody belongs to nobody in particular. */
export function galleryResource(_input: unknown, { account }: Caller): Resource {
  return { arn: "*", account };
}

/**
 * The repository that a path of the public registry names.
 * @throws RepositoryNotFound, the same for an alias that nobody has
 */
export async function galleryRepository(
  { ports }: Pick<Environment, "ports">,
  { registryAlias, repositoryName }: { registryAlias: string; repositoryName: RepositoryName },
): Promise<Repository> {
  const registry = await registryOfAlias(ports, registryAlias);
  const found = registry && (await ports.metadata.repositories.find(registry, repositoryName));
  if (found !== undefined) return found;
  throw new RegistryError(
    "RepositoryNotFound",
    `The repository with name '${repositoryName}' does not exist in the registry with id '${registryAlias}'`,
  );
}
