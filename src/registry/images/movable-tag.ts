import type { MetadataChange } from "../../ports/metadata-store.ts";
import { RegistryError } from "../errors.ts";
import type { Tag } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { isTagImmutable } from "../repositories/tag-mutability.ts";

/** @throws ImageTagAlreadyExists when a tag that names an image has to stay there */
export function requireMovable(repository: Repository, tag: Tag): void {
  if (!isTagImmutable(repository.tagMutability, tag)) return;
  throw new RegistryError(
    "ImageTagAlreadyExists",
    `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the repository is immutable.`,
  );
}

/** @throws ImageTagAlreadyExists for a tag that was moved to where it is after that time */
export async function requireUnmoved(
  change: Pick<MetadataChange, "tags">,
  repository: RepositoryRef,
  tag: Tag,
  asOf: number,
): Promise<void> {
  const [last] = await change.tags.history(repository, tag, { limit: 1 });
  if (last === undefined || last.at <= asOf) return;
  throw new RegistryError("ImageTagAlreadyExists", `The image tag '${tag}' was moved meanwhile`);
}

/** Whether it is the pull-through cache that has put the tag where it is. */
export async function isOfCache(
  change: Pick<MetadataChange, "images">,
  { registry, name }: Repository,
  tag: Tag,
): Promise<boolean> {
  const found = await change.images.resolve(registry, name, { tag });
  return found?.freshUntil !== undefined;
}
