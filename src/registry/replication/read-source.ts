/**
 * What leaves a repository to be copied: the only place where replication reads content, so that what
 * keeps content from leaving has one place to ask.
 */
import type { Ports } from "../../ports/ports.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";
import { requirePullable } from "../gates/require-pullable.ts";
import { openManifest } from "../images/get-image.ts";
import type { Image } from "../images/image.ts";
import { layersNotFound } from "../layers/find-layer.ts";
import type { Layer } from "../layers/layer.ts";
import { type ByteRange, readLayer } from "../layers/read-layer.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";

export interface SourceImage {
  readonly image: Image;
  readonly manifest: Buffer;
}

/**
 * An image as it is to be copied.
 * @throws ImageNotFound, Kms
 * @throws ImageArchived while it can not be pulled: what is archived is not copied
 * @throws ImageHeld while a gate or a quarantine holds it back: it is not given away by a copy either
 */
export async function readSourceImage(
  ports: Ports,
  repository: Repository,
  digest: Digest,
): Promise<SourceImage> {
  const image = await ports.metadata.images.find(repository, digest);
  if (image === undefined) throw new RegistryError("ImageNotFound", "The image was deleted");
  if (image.state !== "ACTIVE") throw new RegistryError("ImageArchived", "The image is archived");
  await requirePullable(ports, repository, image);
  return { image, manifest: await openManifest(ports, repository, image) };
}

export interface SourceLayer {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Verified as it comes; each piece is the receiver's own. From `start` on. */
  read(signal: AbortSignal, start?: number): AsyncGenerator<Uint8Array>;
}

/**
 * A layer or a config that an image of the repository refers to.
 * @throws LayersNotFound when it went with its image
 */
export async function readSourceLayer(
  ports: Ports,
  repository: Repository,
  digest: Digest,
): Promise<SourceLayer> {
  const layer = await ports.metadata.layers.find(repository, digest);
  const object = layer && (await ports.metadata.objects.find(layer.object));
  if (layer === undefined || object === undefined) {
    throw layersNotFound(repository.registry, repository.name, digest);
  }
  return sourceLayer(ports, repository, layer, object);
}

function sourceLayer(
  ports: Ports,
  repository: Repository,
  { digest, sizeBytes }: Layer,
  object: StoredObject,
): SourceLayer {
  return {
    digest,
    sizeBytes,
    read(signal, start = 0) {
      const range: ByteRange = { start, end: sizeBytes - 1 };
      return ownPieces(readLayer(ports, { repository, object }, range), signal);
    },
  };
}

/** What is sent on must stay as it is until then: longer than what is read does. */
async function* ownPieces(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    signal.throwIfAborted();
    yield new Uint8Array(piece);
  }
}
