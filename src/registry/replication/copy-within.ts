import type { Ports } from "../../ports/ports.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import { activeImage, type NamedImage } from "../scanning/active-image.ts";
import { Copying, SubImageFailure } from "./copy-image.ts";
import { replicationLimits } from "./replication-limits.ts";
import { SameRegistryTarget } from "./same-registry-target.ts";

export interface WantedCopy {
  readonly from: RepositoryName;
  readonly image: NamedImage;
  readonly to: RepositoryName;
  /** That name it there, too. */
  readonly tags: readonly Tag[];
}

/**
 * Copies an image, with what it lists, into another repository of the registry, as a push of it would come:
 * layers are shared where both are sealed under one key, and sealed anew where they are not. Again is as good
 * as once, and goes on where a copy was cut off. What refers to it is an image of its own.
 * @returns the digest, which is the same there
 * @throws RepositoryNotFound, ImageNotFound, ImageArchived, ImageHeld, Kms for what can not be read
 * @throws ImageTagAlreadyExists, LimitExceeded, Kms for what the other repository refuses
 */
export async function copyWithin(
  ports: Ports,
  registry: Registry,
  { from, image: named, to, tags }: WantedCopy,
): Promise<Digest> {
  const { repository, image } = await activeImage(ports, registry, from, named);
  await findRepository(ports, registry, to);
  const copying = new Copying(
    ports,
    repository,
    new SameRegistryTarget(ports, repository, to, ports.clock.now()),
  );
  const signal = AbortSignal.timeout(replicationLimits.copyWithinMs);
  try {
    await copying.image({ digest: image.digest, tags }, signal);
  } catch (error) {
    // What an index lists is refused for the reason that it would be alone.
    throw error instanceof SubImageFailure && error.cause !== undefined ? error.cause : error;
  }
  return image.digest;
}
