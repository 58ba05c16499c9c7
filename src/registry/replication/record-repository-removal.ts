import type { MetadataChange } from "../../ports/metadata-store.ts";
import { newJob } from "../jobs/job.ts";
import type { Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Deletion } from "../trash/trash.ts";
import { replicationTurn } from "./queue-replication.ts";
import { destinationsOfRemovals } from "./record-removal.ts";
import { buryRepository } from "./removed-at.ts";
import { destinationKey } from "./replication-configuration.ts";

export const removeRepositoryKind = "replicate-repository-removal";
export const replicateRestoredKind = "replicate-restored";

/** What the job is told. It says all: the repository may be gone for good when it runs. */
export interface RepositoryRemovalPayload {
  readonly repositoryId: string;
  readonly name: RepositoryName;
  readonly destination: Registry;
  /** When it was removed, wherever that was. Milliseconds since the epoch. */
  readonly at: number;
}

export interface RestoredPayload {
  readonly repositoryId: string;
  /** When it came back. Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Of the locked repository, which goes with all that is in it: remembers it, and has it go where
 * deletions go. In the transaction that removes it. Nothing is remembered where nothing goes anywhere.
 */
export async function recordRepositoryRemoval(
  change: MetadataChange,
  repository: Repository,
  { at: now, elsewhere }: Pick<Deletion, "at" | "elsewhere">,
): Promise<void> {
  const destinations = await destinationsOfRemovals(change, repository, elsewhere);
  if (destinations.length === 0 && elsewhere === undefined) return;
  const { registry, id: repositoryId, name } = repository;
  const at = elsewhere?.at ?? now;
  await buryRepository(change, registry, name, at);
  for (const destination of destinations) {
    const payload: RepositoryRemovalPayload = { repositoryId, name, destination, at };
    const key = `${repositoryId} ${destinationKey(destination)}`;
    const turn = replicationTurn(registry, destination);
    const wanted = { kind: removeRepositoryKind, key, turn, registry, payload, runAt: now };
    await change.jobs.enqueue(newJob(wanted, now));
  }
}

/** It is back from the trash: so is what it had to where its deletion went. */
export async function recordRestored(
  change: MetadataChange,
  repository: Pick<Repository, "registry" | "id" | "name">,
  at: number,
): Promise<void> {
  if ((await destinationsOfRemovals(change, repository, undefined)).length === 0) return;
  const { registry, id: repositoryId } = repository;
  const payload: RestoredPayload = { repositoryId, at };
  const wanted = { kind: replicateRestoredKind, key: repositoryId, registry, payload, runAt: at };
  await change.jobs.enqueue(newJob(wanted, at));
}
