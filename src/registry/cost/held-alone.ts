import type { Ports } from "../../ports/ports.ts";
import type { Digest, ObjectId } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { costLimits } from "./cost-limits.ts";
import { addRecompressible, type Recompressible } from "./recompression.ts";

/** What goes with the repository: nothing else stands on it. */
export interface HeldAlone {
  /** Sealed, and as it was pushed. */
  readonly ownBytes: number;
  readonly plainBytes: number;
  readonly uncompressed: {
    readonly layers: number;
    readonly bytes: number;
    /** Of layers that no other repository stands on. */
    readonly ownBytes: number;
  };
  readonly recompressible: Recompressible;
}

const uncompressedTypes: ReadonlySet<string | undefined> = new Set([
  "application/vnd.oci.image.layer.v1.tar",
  "application/vnd.oci.image.layer.nondistributable.v1.tar",
  "application/vnd.docker.image.rootfs.diff.tar",
]);

/**
 * Goes through the layers and manifests of a repository, page by page.
 * @throws when `signal` is aborted
 */
export async function heldAlone(
  { metadata }: Pick<Ports, "metadata">,
  repository: RepositoryRef,
  signal: AbortSignal,
): Promise<HeldAlone> {
  const limit = costLimits.layersAtOnce;
  let [ownBytes, plainBytes] = [0, 0];
  const uncompressed = { layers: 0, bytes: 0, ownBytes: 0 };
  const recompressible = { layers: 0, bytes: 0, unpackedBytes: 0, savedBytes: 0 };
  const count = async (objects: readonly ObjectId[]) => {
    const shared = new Set(await metadata.objects.linkedElsewhere(repository, objects));
    const own = [...new Set(objects)].filter((object) => !shared.has(object));
    for (const object of await metadata.objects.findMany(repository.registry, own)) {
      ownBytes += object.sealedBytes;
      plainBytes += object.sizeBytes;
    }
    return shared;
  };
  for (let after: Digest | undefined; ; ) {
    signal.throwIfAborted();
    const layers = await metadata.layers.list(repository, { after, limit });
    const shared = await count(layers.map(({ object }) => object));
    for (const { object, mediaType, sizeBytes } of layers) {
      if (!uncompressedTypes.has(mediaType)) continue;
      uncompressed.layers += 1;
      uncompressed.bytes += sizeBytes;
      if (!shared.has(object)) uncompressed.ownBytes += sizeBytes;
    }
    await addRecompressible({ metadata }, repository.registry, layers, shared, recompressible);
    after = layers.at(-1)?.digest;
    if (layers.length < limit) break;
  }
  for (let after: Digest | undefined; ; ) {
    signal.throwIfAborted();
    const links = await metadata.images.links(repository, { after, limit });
    await count(links.map(({ object }) => object));
    after = links.at(-1)?.digest;
    if (links.length < limit) return { ownBytes, plainBytes, uncompressed, recompressible };
  }
}
