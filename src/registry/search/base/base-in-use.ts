import type { Ports } from "../../../ports/ports.ts";
import { RegistryError } from "../../errors.ts";
import type { Image } from "../../images/image.ts";
import { isIndexType } from "../../images/parse-manifest.ts";
import type { Digest } from "../../names.ts";
import type { Repository } from "../../repositories/repository.ts";
import { type ListedImage, listedImage } from "../image-layers.ts";
import { platformsOf } from "../image-platforms.ts";
import { searchLimits } from "../search-limits.ts";

/** An image in its repository, with what it is made of. */
export interface FoundBase {
  readonly repository: Repository;
  readonly image: Image;
  readonly listed: ListedImage;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/**
 * Of what a digest names, the image for a platform: itself, or of an index the one that it lists for it.
 * `undefined` where there is none that can be pulled and opened.
 */
export async function imageFor(
  ports: Ports,
  repository: Repository,
  digest: Digest,
  { os, architecture }: Platform,
): Promise<FoundBase | undefined> {
  const { images } = ports.metadata;
  const named = await images.find(repository, digest);
  if (named?.state !== "ACTIVE") return undefined;
  if (!isIndexType(named.mediaType)) return opened(ports, repository, named);
  for (const [child, platform] of await platformsOf(ports, repository, named)) {
    if (platform.os !== os || platform.architecture !== architecture) continue;
    const image = await images.find(repository, child);
    if (image?.state === "ACTIVE") return opened(ports, repository, image);
  }
  return undefined;
}

/** Nothing of one that can not be opened: under a key that may not be used, or gone meanwhile. */
async function opened(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<FoundBase | undefined> {
  try {
    return { repository, image, listed: await listedImage(ports, repository, image) };
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}

/** Whether an image begins with all layers of another: by their content where both tell it. */
export function standsOn(image: ListedImage, base: ListedImage): boolean {
  const isShort = base.layers.length > 0 && base.layers.length <= image.layers.length;
  return (
    isShort &&
    base.layers.every(({ digest, diffId }, at) => {
      const own = image.layers[at]!;
      return own.digest === digest || (diffId !== undefined && own.diffId === diffId);
    })
  );
}

/**
 * The image with the most layers that another begins with: what it was built on, as far as it is here.
 * @param most layers that the base may have
 * @param repositories to look in, for each layer that could be the base's topmost
 */
export async function baseByLayers(
  ports: Ports,
  listed: ListedImage,
  most: number,
  repositories: (layer: Digest) => Promise<readonly Repository[]>,
): Promise<FoundBase | undefined> {
  const below = listed.layers.slice(0, most).reverse().slice(0, searchLimits.baseLayers);
  for (const { digest } of below) {
    for (const repository of await repositories(digest)) {
      const base = await endingIn(ports, repository, digest, listed);
      if (base !== undefined) return base;
    }
  }
  return undefined;
}

async function endingIn(
  ports: Ports,
  repository: Repository,
  layer: Digest,
  listed: ListedImage,
): Promise<FoundBase | undefined> {
  const { search, images } = ports.metadata;
  const { baseCandidates } = searchLimits;
  for (const each of await search.imagesEndingIn(repository, layer, baseCandidates)) {
    const image = await images.find(repository, each);
    if (image?.state !== "ACTIVE") continue;
    const candidate = await opened(ports, repository, image);
    if (candidate !== undefined && standsOn(listed, candidate.listed)) return candidate;
  }
  return undefined;
}
