import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Repository } from "../repositories/repository.ts";

/** @throws LimitExceeded when the repository holds as many images as it may */
export function requireRoomForImage({ name, registry, imageCount }: Repository): void {
  if (imageCount < limits.imagesPerRepository) return;
  throw new RegistryError(
    "LimitExceeded",
    `The repository with name '${name}' in registry with id '${registry.account}' already has the maximum allowed number of images which is '${limits.imagesPerRepository}'`,
  );
}
