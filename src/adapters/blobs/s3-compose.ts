import { inParallel } from "../../registry/in-parallel.ts";
import type { ObjectId } from "../../registry/names.ts";
import { S3Blob } from "./s3-blob.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { refusesTheWay } from "./s3-errors.ts";
import { type PartPool, PartsWriter } from "./s3-parts.ts";
import type { Names, Segment } from "./s3-place.ts";
import { causeOf } from "./s3-said.ts";

const MiB = 1024 * 1024;
/** S3 takes no part below it but the last. */
const leastPartBytes = 5 * MiB;
/** Far below S3's 5 GiB: parts are copied side by side, and each within the time of one request. */
const copyBytes = 128 * MiB;
const copiesAtOnce = 8;
const readBytes = 1 * MiB;

/**
 * Makes a copy of an object, by one request if it is small.
 * @throws when there is no such object
 */
export async function copyWhole(
  bucket: S3Bucket,
  names: Names,
  pool: PartPool,
  key: ObjectId,
  segment: Segment,
  into: Segment,
): Promise<void> {
  if (segment.lengthBytes <= copyBytes) {
    try {
      return await bucket.copy(names.name(key, into), names.name(key, segment), into.lengthBytes);
    } catch (error) {
      const cause = causeOf(error);
      if (cause === undefined || !refusesTheWay(cause)) throw error;
    }
  }
  await compose(bucket, names, pool, key, [segment], into);
}

/**
 * Makes one object of several segments. The store copies them itself where it can: where all but the
 * last are large enough, and it takes parts of unequal length. Else their bytes pass through here.
 */
export async function compose(
  bucket: S3Bucket,
  names: Names,
  pool: PartPool,
  key: ObjectId,
  segments: readonly Segment[],
  into: Segment,
): Promise<void> {
  const pieces = segments.map((segment) => ({
    name: names.name(key, segment),
    lengthBytes: segment.lengthBytes,
  }));
  const target = names.name(key, into);
  if (segments.slice(0, -1).every(({ lengthBytes }) => lengthBytes >= leastPartBytes)) {
    try {
      return await copyAll(bucket, pieces, target);
    } catch (error) {
      const cause = causeOf(error);
      if (cause === undefined || !refusesTheWay(cause)) throw error;
    }
  }
  const source = new S3Blob(bucket, key, pieces);
  const writer = new PartsWriter(bucket, target, pool);
  try {
    for (let position = 0; position < source.sizeBytes; position += readBytes) {
      const count = Math.min(readBytes, source.sizeBytes - position);
      await writer.add(await source.read(position, count));
    }
    await writer.finish();
  } catch (error) {
    await writer.discard();
    throw error;
  } finally {
    await source.close();
  }
}

interface Copy {
  readonly name: string;
  /** Both inclusive. */
  readonly start: number;
  readonly end: number;
}

async function copyAll(
  bucket: S3Bucket,
  pieces: readonly { name: string; lengthBytes: number }[],
  target: string,
): Promise<void> {
  const copies = pieces.flatMap(({ name, lengthBytes }) => copiesOf(name, lengthBytes));
  const etags: string[] = [];
  const multipart = await bucket.begin(target);
  try {
    await inParallel(copies.entries(), copiesAtOnce, async ([index, { name, start, end }]) => {
      etags[index] = await bucket.copyPart(multipart, index + 1, name, { start, end });
    });
    const lengthBytes = pieces.reduce((sum, piece) => sum + piece.lengthBytes, 0);
    await bucket.complete(multipart, etags, lengthBytes);
  } catch (error) {
    await bucket.abort(multipart).catch(() => undefined); // Else the sweep finds it.
    throw error;
  }
}

/** Pieces of nearly equal length, so that none is too small. */
function copiesOf(name: string, lengthBytes: number): Copy[] {
  const count = Math.ceil(lengthBytes / copyBytes);
  return Array.from({ length: count }, (_, index) => ({
    name,
    start: Math.floor((lengthBytes * index) / count),
    end: Math.floor((lengthBytes * (index + 1)) / count) - 1,
  }));
}
