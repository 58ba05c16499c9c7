import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addRepositoryChangeEvent } from "../events/repository-event.ts";
import { parseKmsKeyArn } from "../kms/kms-key.ts";
import { isPublicRegistry, type Registry, type RepositoryName } from "../names.ts";
import { leaveQuotas } from "../quotas/membership.ts";
import { isUnderWay } from "../rekeying/rekey.ts";
import type { Deleter, Deletion } from "../trash/trash.ts";
import { retireGrants } from "./claim-key.ts";
import { lockRepository } from "./find-repository.ts";
import type { Repository } from "./repository.ts";

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
  const removed = await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    if (repository.imageCount > 0 && !force) {
      throw new RegistryError(
        "RepositoryNotEmpty",
        `The repository with name '${name}' in registry with id '${registry.account}' cannot be deleted because it still contains images`,
      );
    }
    const rekey = await change.rekeys.find(repository);
    const deletion: Deletion = { ...deleter, at: ports.clock.now(), reason: { kind: "DELETED" } };
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
  });
  const { access } = ports.memory;
  const { repository, former } = removed;
  access.forgetRepository(registry, name);
  for (const encryption of [repository.encryption, former]) {
    if (encryption !== undefined && "keyArn" in encryption) {
      access.forgetKmsKey(parseKmsKeyArn(encryption.keyArn));
    }
  }
  return repository;
}
