import { RegistryError } from "../errors.ts";
import type { Repository } from "../repositories/repository.ts";

/** @throws LimitExceeded when the repository holds as many images as it may: `most` */
export function requireRoomForImage(
  { name, registry, imageCount }: Repository,
  most: number,
): void {
  if (imageCount < most) return;
  throw new RegistryError(
    "LimitExceeded",
    `The repository with name '${name}' in registry with id '${registry.account}' already has the maximum allowed number of images which is '${most}'`,
  );
}
