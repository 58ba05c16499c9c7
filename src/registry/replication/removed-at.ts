import type { MetadataChange, MetadataReads } from "../../ports/metadata-store.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import type { RemovedKind } from "./replication-change.ts";
import { replicationLimits } from "./replication-limits.ts";

type Reads = Pick<MetadataReads, "replicationChanges">;

/** A repository's removal outlives it, and counts for another one of its name: it hangs on no id. */
const ofNames = ({ account, region }: Registry): RepositoryRef => ({
  registry: { account, region },
  id: "",
});

/** When an image or tag was removed last, by itself or with its repository, if that is remembered. */
export async function removedAt(
  { replicationChanges }: Reads,
  repository: Pick<Repository, "registry" | "id" | "name">,
  kind: RemovedKind,
  target: Digest | Tag,
): Promise<number | undefined> {
  const { registry, name } = repository;
  const alone = await replicationChanges.removedAt(repository, kind, target);
  const withAll = await repositoryRemovedAt({ replicationChanges }, registry, name);
  if (alone === undefined || withAll === undefined) return alone ?? withAll;
  return Math.max(alone, withAll);
}

/** When a repository of that name was removed last, if that is remembered. */
export function repositoryRemovedAt(
  { replicationChanges }: Reads,
  registry: Registry,
  name: RepositoryName,
): Promise<number | undefined> {
  return replicationChanges.removedAt(ofNames(registry), "REPOSITORY", name);
}

/** Remembers it, for as long as a copy of what was there before could be on its way. */
export function buryRepository(
  { replicationChanges }: Pick<MetadataChange, "replicationChanges">,
  registry: Registry,
  name: RepositoryName,
  at: number,
): Promise<void> {
  const expiresAt = at + replicationLimits.tombstoneLifeMs;
  const tombstone = { repository: ofNames(registry), kind: "REPOSITORY", target: name } as const;
  return replicationChanges.bury({ ...tombstone, at, expiresAt });
}
