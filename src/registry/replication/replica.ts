import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isTagImmutable } from "../repositories/tag-mutability.ts";
import { removedAt } from "./removed-at.ts";

/** Of an image that is a copy: where it came from, and what its tags are there. */
export interface Replica {
  readonly from: Registry;
  /** Who says so: the ARN of another deployment's caller. Absent where the source lies here. */
  readonly claimedBy?: string;
  /** Since when it is there, or what needs it is. */
  readonly aliveAt: number;
  /**
   * When the source pointed the tag at this image; `undefined` where it does not any more. Asked while
   * the repository of the copy is locked, so that nobody who copies has heard of something later.
   */
  movedAt(change: MetadataChange, tag: Tag): Promise<number | undefined>;
  /** Who pushed it there, or gave it a tag; absent where that is not known. */
  pushers?(change: MetadataChange): Promise<string[]>;
}

/** A tag, and since when it points where it points. */
export interface DatedTag {
  readonly tag: Tag;
  readonly at: number;
}

/**
 * The tags that the copy takes, each with the time of its move at the source: those that still name the
 * image there. One that is immutable stays where it is, and the image comes without it. Of two moves
 * the later one counts, wherever it was made, so that registries that copy to one another agree in the
 * end; at the same time, that to the greater digest. A removal counts like a move where deletions go
 * from registry to registry, and before one of the same time.
 * Source: ECR, "Private image replication"; spec 5.2.
 * @param current where each of the tags points now
 */
export async function tagsOfReplica(
  change: MetadataChange,
  repository: Repository,
  digest: Digest,
  { movedAt }: Replica,
  tags: readonly Tag[],
  current: readonly (Digest | undefined)[],
): Promise<DatedTag[]> {
  const taken: DatedTag[] = [];
  for (const [index, tag] of tags.entries()) {
    const held = current[index];
    if (held === digest) continue;
    const at = await movedAt(change, tag);
    if (at === undefined) continue;
    const removed = await removedAt(change, repository, "TAG", tag);
    if (removed !== undefined && removed >= at) continue;
    if (held !== undefined) {
      if (isTagImmutable(repository.tagMutability, tag)) continue;
      const [last] = await change.tags.history(repository, tag, { limit: 1 });
      if (last !== undefined && isLater(last.at, held, at, digest)) continue;
    }
    taken.push({ tag, at });
  }
  return taken;
}

function isLater(one: number, held: Digest, other: number, digest: Digest): boolean {
  return one === other ? held > digest : one > other;
}
