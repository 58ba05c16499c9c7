import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { queueChange } from "./queue-change.ts";
import type { RemovedElsewhere, RemovedKind } from "./replication-change.ts";
import { isSameRegistry } from "./replication-configuration.ts";
import { replicationLimits } from "./replication-limits.ts";
import { replicationWishes, wishesFor } from "./replication-options.ts";

export interface Removed {
  /** An image with all its tags; absent where tags alone went. */
  readonly digest?: Digest;
  readonly tags: readonly Tag[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly elsewhere?: RemovedElsewhere | undefined;
}

/**
 * Of what is removed from the locked repository: remembers it, and sends it to where deletions go. In
 * the transaction that removes it, so that no copy slips in between. Nothing is remembered where nothing
 * goes anywhere: what is deleted by hand at a mere destination comes again with the next copy, as in
 * ECR. What was removed elsewhere goes on only in a chain.
 */
export async function recordRemoval(
  change: MetadataChange,
  repository: Repository,
  { digest, tags, at, elsewhere }: Removed,
): Promise<void> {
  const destinations = await destinationsOfRemovals(change, repository, elsewhere);
  if (destinations.length === 0 && elsewhere === undefined) return;
  const removedAt = elsewhere?.at ?? at;
  const removed: [RemovedKind, Digest | Tag][] = tags.map((tag) => ["TAG", tag]);
  if (digest !== undefined) removed.push(["IMAGE", digest]);
  for (const [kind, target] of removed) {
    await bury(change, repository, kind, target, removedAt);
    for (const destination of destinations) {
      await queueChange(change, { repository, destination, kind, target }, removedAt, at);
    }
  }
}

/**
 * Where what is removed from the repository is removed as well; what was removed elsewhere goes on only
 * in a chain, and not back.
 */
export async function destinationsOfRemovals(
  change: Pick<MetadataChange, "settings">,
  { registry, name }: Pick<Repository, "registry" | "name">,
  elsewhere: RemovedElsewhere | undefined,
): Promise<Registry[]> {
  const wishes = await replicationWishes({ metadata: change }, registry);
  return wishesFor(wishes, name)
    .filter(({ option }) => option?.deletes === true)
    .filter(
      ({ option, destination }) =>
        elsewhere === undefined ||
        (option?.chain === true && !isSameRegistry(destination, elsewhere.from)),
    )
    .map(({ destination }) => destination);
}

/** Remembers it, for as long as a copy of what was there before could be on its way. */
export async function bury(
  change: MetadataChange,
  { registry, id }: Repository,
  kind: RemovedKind,
  target: Digest | Tag,
  at: number,
): Promise<void> {
  const expiresAt = at + replicationLimits.tombstoneLifeMs;
  const repository = { registry, id };
  await change.replicationChanges.bury({ repository, kind, target, at, expiresAt });
}
