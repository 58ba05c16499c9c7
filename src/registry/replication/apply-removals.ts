import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { isRegistryError } from "../errors.ts";
import { discardUnlisted, removeTag } from "../images/delete-image.ts";
import { limits } from "../limits.ts";
import {
  type Digest,
  type Registry,
  type RepositoryName,
  repositoryArn,
  type Tag,
} from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Deleter } from "../trash/trash.ts";
import { aliveAt } from "./alive-at.ts";
import { bury } from "./record-removal.ts";
import type { RemovedKind } from "./replication-change.ts";

/** Something was removed from a repository, and is to go from the one of the same name elsewhere. */
export interface Removal {
  readonly kind: RemovedKind;
  /** A digest or a tag. */
  readonly target: Digest | Tag;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface RemovalFailure {
  readonly removal: Removal;
  readonly code: string;
  readonly sentence: string;
}

/** Where removals come from. */
export interface RemovalSource {
  readonly from: Registry;
  /** Who says so: the ARN of another deployment's caller. Absent where the source lies here. */
  readonly claimedBy?: string;
}

/**
 * Removes what was removed in another registry, unless something later keeps it: an image that was
 * pushed, brought back or tagged since then, a tag that was moved since then. Either way it is remembered,
 * so that what is older does not come in again. All in one transaction; into the trash as any deletion.
 * @returns those that an index that is there keeps
 */
export async function applyRemovals(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  source: RemovalSource,
  removals: readonly Removal[],
  deleter: Deleter,
): Promise<RemovalFailure[]> {
  const now = ports.clock.now();
  // No clock of another deployment may run ahead of what happens here.
  const dated = removals.map((each) => ({ ...each, at: Math.min(each.at, now) }));
  return ports.metadata.transaction(async (change) => {
    const repository = await change.repositories.lock(registry, name);
    if (repository === undefined) return [];
    const applied = { change, repository, source, deleter, now };
    let waiting: readonly Removal[] = dated.toSorted((one, other) =>
      // Tags first: an image goes with those that it has left.
      one.kind === other.kind ? 0 : one.kind === "TAG" ? -1 : 1,
    );
    const gone: Removal[] = [];
    for (;;) {
      const kept: RemovalFailure[] = [];
      for (const removal of waiting) {
        const outcome = await apply(applied, removal);
        if (outcome === "removed") gone.push(removal);
        else if (outcome !== "nothing") kept.push(outcome);
      }
      // What an index listed may follow once the index went.
      if (kept.length === 0 || kept.length === waiting.length) {
        if (gone.length > 0) await note(ports, change, repository, source, gone);
        return kept;
      }
      waiting = kept.map(({ removal }) => removal);
    }
  });
}

interface Applied {
  readonly change: MetadataChange;
  readonly repository: Repository;
  readonly source: RemovalSource;
  readonly deleter: Deleter;
  readonly now: number;
}

async function apply(
  applied: Applied,
  removal: Removal,
): Promise<"removed" | "nothing" | RemovalFailure> {
  const { change, repository } = applied;
  await bury(change, repository, removal.kind, removal.target, removal.at);
  return removal.kind === "TAG" ? applyToTag(applied, removal) : applyToImage(applied, removal);
}

async function applyToTag(
  { change, repository, source, now }: Applied,
  { target, at }: Removal,
): Promise<"removed" | "nothing"> {
  const tag = target as Tag;
  const digest = await change.tags.find(repository, tag);
  if (digest === undefined || (await movedAt(change, repository, tag)) > at) return "nothing";
  const elsewhere = { from: source.from, at };
  await removeTag(change, repository, { tag, digest }, now, elsewhere);
  return "removed";
}

async function applyToImage(
  { change, repository, source, deleter, now }: Applied,
  removal: Removal,
): Promise<"removed" | "nothing" | RemovalFailure> {
  const digest = removal.target as Digest;
  const image = await change.images.find(repository, digest);
  if (image === undefined || aliveAt(image) > removal.at) return "nothing";
  for (const tag of await change.tags.of(repository, digest, limits.tagsPerImage)) {
    if ((await movedAt(change, repository, tag)) > removal.at) return "nothing";
  }
  const elsewhere = { from: source.from, at: removal.at };
  const deletion = { ...deleter, at: now, reason: { kind: "DELETED" }, elsewhere } as const;
  try {
    await discardUnlisted(change, repository, image, deletion);
    return "removed";
  } catch (error) {
    if (!isRegistryError(error, "ImageReferencedByManifestList")) throw error;
    return { removal, code: error.kind, sentence: error.message };
  }
}

async function movedAt(change: MetadataChange, repository: Repository, tag: Tag): Promise<number> {
  const [last] = await change.tags.history(repository, tag, { limit: 1 });
  return last?.at ?? 0;
}

/** What was removed because of another registry, in the trail of the one where it was. */
async function note(
  ports: Ports,
  change: MetadataChange,
  repository: Repository,
  { from, claimedBy }: RemovalSource,
  removals: readonly Removal[],
): Promise<void> {
  const { registry, name } = repository;
  await noteService(ports, change, {
    ...{ registry, eventSource: "ecr.amazonaws.com", arn: repositoryArn(registry, name) },
    eventName: "ReplicateImageDeletion",
    details: {
      repositoryName: name,
      imageIds: removals.map(({ kind, target }) =>
        kind === "TAG" ? { imageTag: target } : { imageDigest: target },
      ),
      sourceRegistryId: from.account,
      sourceRegion: from.region,
      ...(claimedBy === undefined ? {} : { sourceClaimedBy: claimedBy }),
    },
  });
}
