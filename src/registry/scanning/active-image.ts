import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Image, ImageWithTags } from "../images/image.ts";
import { describeImage } from "../images/list-images.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";

export interface NamedImage {
  readonly digest?: Digest | undefined;
  readonly tag?: Tag | undefined;
}

/**
 * An image that can be pulled now, with its repository.
 * @throws RepositoryNotFound, ImageNotFound
 * @throws ImageArchived for one that can not
 */
export async function activeImage(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
): Promise<{ readonly repository: Repository; readonly image: ImageWithTags }> {
  const repository = await findRepository(ports, registry, name);
  const image = await describeImage(ports, registry, name, id);
  if (image.state === "ACTIVE") return { repository, image };
  throw new RegistryError("ImageArchived", `The image with digest '${image.digest}' is archived`);
}

/** The refusal of a question about what is in an image that nobody looked into. */
export function notLookedInto(name: RepositoryName, { digest }: Image): RegistryError {
  return new RegistryError(
    "ScanNotFound",
    `The image '${digest}' in the repository '${name}' was not scanned yet`,
  );
}
