import { RegistryError } from "../errors.ts";
import type { Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { isTagImmutable } from "../repositories/tag-mutability.ts";

/** @throws ImageTagAlreadyExists when a tag that names an image has to stay there */
export function requireMovable(repository: Repository, tag: Tag): void {
  if (!isTagImmutable(repository.tagMutability, tag)) return;
  throw new RegistryError(
    "ImageTagAlreadyExists",
    `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the repository is immutable.`,
  );
}
