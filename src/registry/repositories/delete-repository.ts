import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addRepositoryChangeEvent } from "../events/repository-event.ts";
import { parseKmsKeyArn } from "../kms/kms-key.ts";
import { isPublicRegistry, type Registry, type RepositoryName } from "../names.ts";
import { leaveQuotas } from "../quotas/membership.ts";
import { isUnderWay } from "../rekeying/rekey.ts";
import { recordRepositoryRemoval } from "../replication/record-repository-removal.ts";
import type { Deleter, Deletion } from "../trash/trash.ts";
import { retireGrants } from "./claim-key.ts";
import { lockRepository } from "./find-repository.ts";
import type { Encryption, Repository } from "./repository.ts";

/**
 * Removes the repository and, with `force`, all images in it: it lies in the trash for `keepMs`, whole.
 * Its bytes are reclaimed afterwards.
 * Source: ECR API, DeleteRepository.
 * @throws RepositoryNotFound
 * @throws RepositoryNotEmpty when images are there and `force` is not set
 */
export async function deleteRepository(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  { force, ...deleter }: Deleter & { readonly force: boolean },
): Promise<Repository> {
  const discarded = await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    if (repository.imageCount > 0 && !force) {
      throw new RegistryError(
        "RepositoryNotEmpty",
        `The repository with name '${name}' in registry with id '${registry.account}' cannot be deleted because it still contains images`,
      );
    }
    const deletion: Deletion = { ...deleter, at: ports.clock.now(), reason: { kind: "DELETED" } };
    return discardRepository(change, repository, deletion);
  });
  forgetDiscarded(ports, discarded);
  return discarded.repository;
}

/** A repository that went into the trash. */
export interface DiscardedRepository {
  readonly repository: Repository;
  /** What it was about to be put from under another key. */
  readonly former: Encryption | undefined;
}

/**
 * Puts a repository that this transaction has locked into the trash, with all that is in it, and has
 * that go to where deletions go. Whoever commits that calls `forgetDiscarded` then.
 */
export async function discardRepository(
  change: MetadataChange,
  repository: Repository,
  deletion: Deletion,
): Promise<DiscardedRepository> {
  const { registry } = repository;
  const rekey = await change.rekeys.find(repository);
  await recordRepositoryRemoval(change, repository, deletion);
  await change.trash.putRepository(repository, deletion);
  await addRepositoryChangeEvent(change, repository, "DELETE", deletion.at);
  if (isPublicRegistry(registry)) await change.publicRegistries.removeGalleryRow(repository);
  await leaveQuotas(change, repository);
  await change.reclaim.enqueue({
    kind: "repository",
    registry,
    repositoryId: repository.id,
    dueAt: deletion.at + deletion.keepMs,
  });
  await retireGrants(change, repository);
  const former = isUnderWay(rekey) ? rekey.from : undefined;
  if (former !== undefined) await retireGrants(change, { ...repository, encryption: former });
  return { repository, former };
}

/** What is remembered of decisions about it is forgotten. */
export function forgetDiscarded(
  { memory: { access } }: Pick<Ports, "memory">,
  { repository, former }: DiscardedRepository,
): void {
  access.forgetRepository(repository.registry, repository.name);
  for (const encryption of [repository.encryption, former]) {
    if (encryption !== undefined && "keyArn" in encryption) {
      access.forgetKmsKey(parseKmsKeyArn(encryption.keyArn));
    }
  }
}
