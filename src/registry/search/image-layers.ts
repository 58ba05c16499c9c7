import type { Ports } from "../../ports/ports.ts";
import { openManifest } from "../images/get-image.ts";
import type { Image } from "../images/image.ts";
import { isSchema1Type, layersOfSchema1 } from "../images/schema1.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { type ImageConfig, parseImageConfig } from "../scanning/advice/image-config.ts";
import { FileRefused } from "../scanning/file-analyzer.ts";
import { isScannable, readConfig } from "../scanning/inventory-image.ts";

/** A layer as an image's manifest lists it. */
export interface ListedLayer {
  readonly digest: Digest;
  readonly mediaType: string;
  /** As it is pulled. */
  readonly sizeBytes: number;
  /** Of the uncompressed archive, as the config says it; absent where it says nothing, or not of all layers. */
  readonly diffId: string | undefined;
}

export interface ListedImage {
  /** The lowest first; one may be there twice. */
  readonly layers: readonly ListedLayer[];
  /** Absent where there is none, or what there is can not be read. */
  readonly config: ImageConfig | undefined;
  /** Of its manifest. */
  readonly annotations: Readonly<Record<string, string>>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/**
 * What an image is made of, as its manifest and config say. Of an index: nothing.
 * @throws ImageNotFound when the image goes away in the meantime
 * @throws Kms when the repository's key may not be used
 */
export async function listedImage(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<ListedImage> {
  const manifest = await openManifest(ports, repository, image);
  if (isSchema1Type(image.mediaType)) return listedInSchema1(ports, repository, image, manifest);
  // It was parsed strictly when it was pushed.
  const document = JSON.parse(manifest.toString()) as {
    config?: Descriptor;
    layers?: readonly Descriptor[] | null;
    annotations?: Readonly<Record<string, string>> | null;
  };
  const { config: described } = document;
  const layers = document.layers ?? [];
  const isRead = described !== undefined && isScannable(image);
  const config = isRead ? await configOf(ports, repository, described.digest) : undefined;
  const diffIds = config?.diffIds.length === layers.length ? config.diffIds : [];
  return {
    ...{ config, annotations: document.annotations ?? {} },
    layers: layers.map(({ mediaType, digest, size }, at) => ({
      ...{ digest, mediaType, sizeBytes: size, diffId: diffIds[at] },
    })),
  };
}

/** It tells of sizes and types nothing: they are those that were seen when it was pushed. */
async function listedInSchema1(
  ports: Ports,
  repository: Repository,
  { digest }: Image,
  manifest: Buffer,
): Promise<ListedImage> {
  const references = await ports.metadata.images.references(repository, digest);
  const known = new Map(references.map((each) => [each.digest, each]));
  const layers = layersOfSchema1(manifest).flatMap((layer) => known.get(layer) ?? []);
  return {
    ...{ config: undefined, annotations: {} },
    layers: layers.map(({ digest: layer, mediaType, sizeBytes }) => ({
      ...{ digest: layer, mediaType, sizeBytes, diffId: undefined },
    })),
  };
}

async function configOf(ports: Ports, repository: Repository, digest: Digest) {
  try {
    return parseImageConfig(await readConfig(ports, repository, digest));
  } catch (error) {
    if (error instanceof FileRefused) return undefined;
    throw error;
  }
}
