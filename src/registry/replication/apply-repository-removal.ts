import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { type Registry, type RepositoryName, repositoryArn } from "../names.ts";
import {
  type DiscardedRepository,
  discardRepository,
  forgetDiscarded,
} from "../repositories/delete-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Deleter } from "../trash/trash.ts";
import { applyRemovals, type Removal, type RemovalSource } from "./apply-removals.ts";
import { buryRepository } from "./removed-at.ts";
import { replicationLimits } from "./replication-limits.ts";

interface RepositoryRemoval {
  readonly registry: Registry;
  readonly name: RepositoryName;
  readonly source: RemovalSource;
  /** When it was removed there. Milliseconds since the epoch. */
  readonly at: number;
  readonly deleter: Deleter;
}

/**
 * Removes the repository that was removed in another registry, whole and into the trash as any, where
 * nothing in it is later than that. Where something is, or it was made since then, it stays, and what is
 * older goes out of it. Either way it is remembered, so that nothing older comes in again.
 * @returns whether there is no such repository any more
 */
export async function applyRepositoryRemoval(
  ports: Ports,
  removal: RepositoryRemoval,
): Promise<boolean> {
  // No clock of another deployment may run ahead of what happens here.
  const dated = { ...removal, at: Math.min(removal.at, ports.clock.now()) };
  const { discarded, kept } = await discardUnlessLater(ports, dated);
  if (discarded !== undefined) forgetDiscarded(ports, discarded);
  if (kept === undefined) return true;
  // What an index listed can go once the index went.
  for (let left = Number.POSITIVE_INFINITY; ; ) {
    const blocked = await removeOlder(ports, dated, kept);
    if (blocked === 0 || blocked >= left) return false;
    left = blocked;
  }
}

interface Outcome {
  readonly discarded?: DiscardedRepository;
  readonly kept?: Repository;
}

function discardUnlessLater(
  ports: Ports,
  { registry, name, source, at, deleter }: RepositoryRemoval,
): Promise<Outcome> {
  return ports.metadata.transaction(async (change): Promise<Outcome> => {
    const repository = await change.repositories.lock(registry, name);
    await buryRepository(change, registry, name, at);
    if (repository === undefined) return {};
    const isLater = repository.createdAt > at;
    if (isLater || (await change.replicationChanges.hasLater(repository, at))) {
      return { kept: repository };
    }
    const { from, claimedBy } = source;
    const reason = { kind: "DELETED" } as const;
    const deletion = { ...deleter, at: ports.clock.now(), reason, elsewhere: { from, at } };
    const discarded = await discardRepository(change, repository, deletion);
    await noteService(ports, change, {
      ...{ registry, eventSource: "ecr.amazonaws.com", arn: repositoryArn(registry, name) },
      eventName: "ReplicateRepositoryDeletion",
      details: {
        repositoryName: name,
        imageCount: repository.imageCount,
        sourceRegistryId: from.account,
        sourceRegion: from.region,
        ...(claimedBy === undefined ? {} : { sourceClaimedBy: claimedBy }),
      },
    });
    return { discarded };
  });
}

/** @returns how many images an index keeps */
async function removeOlder(
  ports: Ports,
  { registry, name, source, at, deleter }: RepositoryRemoval,
  repository: Repository,
): Promise<number> {
  const limit = replicationLimits.imagesAtOnce;
  let blocked = 0;
  for (let after = {}; ; ) {
    const images = await ports.metadata.images.list(repository, { ...after, limit });
    const removals = images.flatMap(({ digest, tags }): Removal[] => [
      ...tags.map((tag) => ({ kind: "TAG" as const, target: tag, at })),
      { kind: "IMAGE", target: digest, at },
    ]);
    if (removals.length > 0) {
      const kept = await applyRemovals(ports, registry, name, source, removals, deleter);
      blocked += kept.length;
    }
    const last = images.at(-1);
    if (last === undefined || images.length < limit) return blocked;
    after = { after: last.digest };
  }
}
