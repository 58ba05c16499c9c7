import type { MetadataChange, MetadataReads, PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { noteRepository } from "../usage/note-repository.ts";
import type { Repository } from "./repository.ts";

/** ECR's refusal for a repository that is not there. */
export function repositoryNotFound(registry: Registry, name: string): RegistryError {
  return new RegistryError(
    "RepositoryNotFound",
    `The repository with name '${name}' does not exist in the registry with id '${registry.account}'`,
  );
}

/** @throws RepositoryNotFound */
export async function findRepository(
  ports: {
    readonly metadata: Pick<MetadataReads, "repositories">;
    readonly onBehalfOf?: Caller | undefined;
  },
  registry: Registry,
  name: RepositoryName,
): Promise<Repository> {
  const repository = await ports.metadata.repositories.find(registry, name);
  if (repository === undefined) throw repositoryNotFound(registry, name);
  noteRepository(ports, repository);
  return repository;
}

/**
 * Like `findRepository`, inside a transaction: nobody else changes the row until that ends.
 * @throws RepositoryNotFound
 */
export async function lockRepository(
  change: MetadataChange,
  registry: Registry,
  name: RepositoryName,
): Promise<Repository> {
  const repository = await change.repositories.lock(registry, name);
  if (repository === undefined) throw repositoryNotFound(registry, name);
  return repository;
}

/** Repositories by name, in code point order. */
export function listRepositories(
  ports: Ports,
  registry: Registry,
  page: PageRequest<RepositoryName>,
): Promise<Repository[]> {
  return ports.metadata.repositories.list(registry, page);
}
