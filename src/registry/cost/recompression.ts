import type { Ports } from "../../ports/ports.ts";
import type { ObjectId, Registry } from "../names.ts";
import { costLimits } from "./cost-limits.ts";

/** Layers that are compressed by gzip, and how large they are unpacked. */
export interface Recompressible {
  layers: number;
  bytes: number;
  unpackedBytes: number;
  /** Of layers that no other repository stands on: what zstd may save, at a guess. */
  savedBytes: number;
}

const gzipTypes: ReadonlySet<string | undefined> = new Set([
  "application/vnd.oci.image.layer.v1.tar+gzip",
  "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
  "application/vnd.docker.image.rootfs.diff.tar.gzip",
]);

interface PackedLayer {
  readonly object: ObjectId;
  readonly mediaType: string | undefined;
  readonly sizeBytes: number;
}

/** Adds those of the layers whose size is known from a look into them. */
export async function addRecompressible(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  layers: readonly PackedLayer[],
  shared: ReadonlySet<ObjectId>,
  sum: Recompressible,
): Promise<void> {
  const packed = layers.filter(({ mediaType }) => gzipTypes.has(mediaType));
  const objects = packed.map(({ object }) => object);
  const known = await metadata.scans.unpackedLayers(registry, objects);
  for (const { object, sizeBytes } of packed) {
    const unpackedBytes = known.get(object);
    if (unpackedBytes === undefined) continue;
    const saved = savedByZstd(sizeBytes, unpackedBytes);
    if (saved === 0) continue;
    sum.layers += 1;
    sum.bytes += sizeBytes;
    sum.unpackedBytes += unpackedBytes;
    if (!shared.has(object)) sum.savedBytes += saved;
  }
}

/**
 * What a layer may be smaller by, at a guess. It is taken to be of two parts: one that is compressed
 * already inside of the archive, and does not get smaller by anything; and one of which gzip leaves
 * `gzipPart`. How large each is follows from how much gzip left of both. Of what gzip left of the second,
 * zstd at a high level takes `zstdSavesPart` off.
 */
export function savedByZstd(sizeBytes: number, unpackedBytes: number): number {
  const { gzipPart, zstdSavesPart } = costLimits;
  if (sizeBytes >= unpackedBytes) return 0;
  const compressible = Math.min(unpackedBytes, (unpackedBytes - sizeBytes) / (1 - gzipPart));
  const left = Math.min(sizeBytes, compressible * gzipPart);
  return Math.floor(left * zstdSavesPart);
}
