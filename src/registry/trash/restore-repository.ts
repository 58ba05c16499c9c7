import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addTrashEvent } from "../events/trash-event.ts";
import { newJob } from "../jobs/job.ts";
import { limits } from "../limits.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { joinQuotas } from "../quotas/membership.ts";
import { isUnderWay } from "../rekeying/rekey.ts";
import { type RekeyPayload, rekeyKind } from "../rekeying/rekey-repository.ts";
import { queueLane } from "../replication/queue-replication.ts";
import { recordRestored } from "../replication/record-repository-removal.ts";
import {
  type ClaimedKey,
  claimKey,
  forgetGrants,
  insertGrants,
} from "../repositories/claim-key.ts";
import { alreadyExists, requireRegistryRoom } from "../repositories/create-repository.ts";
import type { Encryption, Repository } from "../repositories/repository.ts";
import type { TrashedRepository } from "./trash.ts";

/**
 * Brings a deleted repository back with everything in it: images, tags, policies, resource tags. Of
 * several that were deleted under the name, the last. A KMS key that seals it is claimed again, for
 * the caller, as when a repository is made.
 * @throws ResourceNotFound when none is in the trash
 * @throws RepositoryAlreadyExists when the name is in use
 * @throws LimitExceeded when the registry is full, or a quota
 * @throws Kms when its key is not there, or not for this
 */
export async function restoreRepository(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
): Promise<Repository> {
  const found = await newest(ports, registry, name);
  const hidden = await ports.metadata.repositories.findById(found.repository);
  if (hidden === undefined) throw notInTrash(name);
  const repository: Repository = { ...hidden, name };
  const rekey = await ports.metadata.rekeys.find(repository);
  const claims = [await claimAgain(ports, repository, repository.encryption)];
  if (isUnderWay(rekey)) claims.push(await claimAgain(ports, repository, rekey.from));
  await ports.metadata.transaction(async (change) => {
    await requireRegistryRoom(change, registry);
    const locked = await change.repositories.lockById(repository);
    const trashed = locked && (await change.trash.findRepository(repository));
    if (trashed === undefined || trashed.expiresAt <= ports.clock.now()) throw notInTrash(name);
    if (!(await change.trash.restoreRepository(trashed))) throw alreadyExists(repository);
    await joinQuotas(change, { ...locked!, name });
    for (const { grants } of claims) await insertGrants(change, grants);
    await dropCandidate(change, trashed);
    const at = ports.clock.now();
    await addTrashEvent(change, { ...locked!, name }, { action: "RESTORE", at });
    if (isUnderWay(rekey)) await resumeRekey(change, repository, ports.clock.now());
    await resumeReplication(change, repository, ports.clock.now());
    await recordRestored(change, repository, at);
  });
  ports.memory.access.forgetRepository(registry, name);
  for (const { grants } of claims) forgetGrants(ports, grants);
  return repository;
}

async function newest(
  { metadata, clock }: Ports,
  registry: Registry,
  name: RepositoryName,
): Promise<TrashedRepository> {
  let last: TrashedRepository | undefined;
  for (let after: TrashedRepository | undefined; ; ) {
    const page = { after, limit: limits.pageDefault };
    const found = await metadata.trash.listRepositories(registry, page, { name });
    last = found.findLast(({ expiresAt }) => expiresAt > clock.now()) ?? last;
    after = found.at(-1);
    if (found.length < limits.pageDefault) break;
  }
  if (last === undefined) throw notInTrash(name);
  return last;
}

function claimAgain(
  ports: Ports,
  repository: Repository,
  encryption: Encryption,
): Promise<ClaimedKey> {
  const key = "keyArn" in encryption ? encryption.keyArn : undefined;
  return claimKey(ports, repository, { type: encryption.type, key });
}

async function dropCandidate(change: MetadataChange, trashed: TrashedRepository): Promise<void> {
  const { registry, id: repositoryId } = trashed.repository;
  await change.reclaim.remove({ kind: "repository", registry, repositoryId, dueAt: 0 });
}

/** Its job ended when it did not find the repository any more. */
async function resumeRekey(
  change: MetadataChange,
  { registry, id, name }: Repository,
  now: number,
): Promise<void> {
  const payload: RekeyPayload = { name, repositoryId: id };
  const job = { kind: rekeyKind, key: id, registry, payload, runAt: now };
  await change.jobs.enqueue(newJob(job, now));
}

/** So did the jobs of its lanes. */
async function resumeReplication(
  change: MetadataChange,
  repository: Repository,
  now: number,
): Promise<void> {
  const { replications, replicationChanges } = change;
  const waiting = [
    ...(await replications.waitingFor(repository)),
    ...(await replicationChanges.waitingFor(repository)),
  ];
  for (const destination of waiting) {
    await queueLane(change, { repository, destination }, now, now);
  }
}

function notInTrash(name: RepositoryName): RegistryError {
  return new RegistryError(
    "ResourceNotFound",
    `There is no repository with the name '${name}' in the trash`,
  );
}
