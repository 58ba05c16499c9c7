import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addRepositoryChangeEvent } from "../events/repository-event.ts";
import { limits } from "../limits.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { joinQuotas } from "../quotas/membership.ts";
import { appliedValue, repositoriesQuota } from "../quotas/service-quotas.ts";
import { claimKey, forgetGrants, insertGrants, type WantedEncryption } from "./claim-key.ts";
import type { Repository, TagMutability } from "./repository.ts";

export interface NewRepository {
  readonly registry: Registry;
  readonly name: RepositoryName;
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
  readonly encryption: WantedEncryption;
  readonly resourceTags: ReadonlyMap<string, string>;
}

/** What else is made of a new repository, in the same transaction: both or neither. */
export type Alongside = (change: MetadataChange, repository: Repository) => Promise<void>;

/**
 * Makes the repository, its resource tags and the grants that its key needs together, or nothing.
 * Source: ECR API, CreateRepository.
 * @throws RepositoryAlreadyExists also for an equal request: ECR's call is not idempotent
 * @throws LimitExceeded when the registry is full
 * @throws Kms when the key is not there, or not for this
 */
export async function createRepository(
  ports: Ports,
  wanted: NewRepository,
  alongside?: Alongside,
): Promise<Repository> {
  const { resourceTags, ...rest } = wanted;
  const id = randomUUID();
  const { encryption, grants } = await claimKey(ports, { ...wanted, id }, wanted.encryption);
  const repository: Repository = {
    ...rest,
    encryption,
    id,
    createdAt: ports.clock.now(),
    imageCount: 0,
    sizeBytes: 0,
    lifecycleDueAt: undefined,
    quotaIds: [],
  };
  await ports.metadata.transaction(async (change) => {
    await requireRegistryRoom(change, wanted.registry);
    if (!(await change.repositories.insertIfAbsent(repository))) throw alreadyExists(wanted);
    await joinQuotas(change, repository);
    for (const [key, value] of resourceTags) {
      await change.repositories.putResourceTag(repository, key, value);
    }
    await insertGrants(change, grants);
    await addRepositoryChangeEvent(change, repository, "CREATE", repository.createdAt);
    await alongside?.(change, repository);
  });
  ports.memory.access.forgetRepository(wanted.registry, wanted.name);
  forgetGrants(ports, grants);
  return repository;
}

/** ECR's refusal for a name that is in use. */
export function alreadyExists({
  registry,
  name,
}: Pick<NewRepository, "registry" | "name">): RegistryError {
  return new RegistryError(
    "RepositoryAlreadyExists",
    `The repository with name '${name}' already exists in the registry with id '${registry.account}'`,
  );
}

/**
 * Exact where many are made at once: near the limit they wait for one another.
 * @throws LimitExceeded when the registry has as many repositories as it may
 */
export async function requireRegistryRoom(
  change: MetadataChange,
  registry: Registry,
): Promise<void> {
  const adjusted = await change.serviceQuotas.of(registry);
  const most = appliedValue(repositoriesQuota, adjusted);
  let count = await change.repositories.count(registry);
  if (count < most - limits.repositoriesUnderWay) return;
  await change.repositories.lockCount(registry);
  count = await change.repositories.count(registry);
  if (count >= most) throw registryFull(registry, most);
}

function registryFull(registry: Registry, most: number): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    `The registry with id '${registry.account}' already has the maximum allowed number of repositories which is '${most}'`,
  );
}
