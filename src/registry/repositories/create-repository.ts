import { randomUUID } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Registry, RepositoryName } from "../names.ts";
import type { Encryption, Repository, TagMutability } from "./repository.ts";

export interface NewRepository {
  readonly registry: Registry;
  readonly name: RepositoryName;
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
  readonly encryption: Encryption;
  readonly resourceTags: ReadonlyMap<string, string>;
}

/**
 * Makes the repository and its resource tags together, or neither.
 * Source: ECR API, CreateRepository.
 * @throws RepositoryAlreadyExists also for an equal request: ECR's call is not idempotent
 * @throws LimitExceeded when the registry is full
 */
export async function createRepository(ports: Ports, wanted: NewRepository): Promise<Repository> {
  const { resourceTags, ...rest } = wanted;
  const repository: Repository = {
    ...rest,
    id: randomUUID(),
    createdAt: ports.clock.now(),
    imageCount: 0,
    sizeBytes: 0,
  };
  await ports.metadata.transaction(async (change) => {
    const count = await change.repositories.count(wanted.registry);
    if (count >= limits.repositoriesPerRegistry) throw registryFull(wanted.registry);
    if (!(await change.repositories.insertIfAbsent(repository))) throw alreadyExists(wanted);
    for (const [key, value] of resourceTags) {
      await change.repositories.putResourceTag(repository, key, value);
    }
  });
  ports.memory.access.forgetRepository(wanted.registry, wanted.name);
  return repository;
}

function alreadyExists({ registry, name }: NewRepository): RegistryError {
  return new RegistryError(
    "RepositoryAlreadyExists",
    `The repository with name '${name}' already exists in the registry with id '${registry.account}'`,
  );
}

function registryFull(registry: Registry): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    `The registry with id '${registry.account}' already has the maximum allowed number of repositories which is '${limits.repositoriesPerRegistry}'`,
  );
}
