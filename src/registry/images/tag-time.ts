import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/**
 * When a tag that names another image is moved here: later than it was moved before, also where the
 * clock says the same, as registries that copy to one another go by these times.
 */
export async function tagMoveTime(
  change: Pick<MetadataChange, "tags">,
  repository: RepositoryRef,
  tag: Tag,
  now: number,
): Promise<number> {
  const [last] = await change.tags.history(repository, tag, { limit: 1 });
  return Math.max(now, (last?.at ?? 0) + 1);
}
