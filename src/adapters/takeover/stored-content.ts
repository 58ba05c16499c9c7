import { Readable } from "node:stream";
import type { ContentFile } from "../../ports/content-files.ts";
import type { ContentOfManifest } from "../../ports/takeover-source.ts";
import { algorithmOf, digestOf } from "../../registry/digest.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest } from "../../registry/names.ts";
import { checkedContent, wholeDocument } from "../../registry/takeover/checked-content.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { manifestType } from "../../registry/upstream/manifest-type.ts";

/** Finds the file that has the content of a digest. */
export type FindContent = (digest: Digest) => Promise<ContentFile | undefined>;

/** @throws TakeoverFailure for what is not there, or is another one */
export async function storedManifest(
  find: FindContent,
  digest: Digest,
): Promise<ContentOfManifest> {
  const file = await found(find, digest);
  const bytes = await wholeDocument(
    read(file, digest),
    `The manifest ${digest}`,
    limits.manifestBytes,
  );
  if (digestOf(bytes, algorithmOf(digest)) !== digest) throw damaged(digest);
  return { digest, bytes, mediaType: manifestType(bytes) };
}

/** @throws TakeoverFailure for what is not there, or of another size; its bytes fail if they are others */
export async function storedContent(
  find: FindContent,
  digest: Digest,
  sizeBytes: number,
): Promise<Readable> {
  const file = await found(find, digest);
  if (file.sizeBytes !== sizeBytes) throw damaged(digest);
  const checked = checkedContent(read(file, digest), digest, sizeBytes);
  return Readable.from(checked, { objectMode: false, highWaterMark: 1024 * 1024 });
}

/** A file that can not be read is one that is left out. */
async function* read(file: ContentFile, digest: Digest): AsyncGenerator<Uint8Array> {
  try {
    yield* file.stream() as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (typeof code !== "string") throw error;
    throw new TakeoverFailure("refused", `${digest} can not be read: ${message}`);
  }
}

async function found(find: FindContent, digest: Digest): Promise<ContentFile> {
  const file = await find(digest);
  if (file !== undefined) return file;
  throw new TakeoverFailure("missing", `${digest} is not there`);
}

function damaged(digest: Digest): TakeoverFailure {
  return new TakeoverFailure("refused", `The content of ${digest} is damaged`);
}
