import type { Ports } from "../../ports/ports.ts";
import { algorithmOf } from "../digest.ts";
import { isRegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import { completeUpload } from "./complete-upload.ts";
import { takeWholeLayer } from "./take-whole-layer.ts";
import { cancelUpload, startUpload } from "./upload-layer.ts";

/** A layer that the registry itself gets from somewhere. */
export interface TakenLayer {
  readonly digest: Digest;
  readonly content: AsyncIterable<Uint8Array>;
  /** Whether the pieces of the content are given away: nobody else uses them. */
  readonly given: boolean;
  /** Called with the bytes of a small layer when they are what the digest says, before they are stored. */
  readonly verified?: (bytes: Uint8Array) => void;
}

/**
 * Stores it the way a push does, all or nothing: it is linked when its bytes are those of the digest.
 * A small one takes one transaction, where a push has a session that may be gone on with.
 * @throws what `startUpload`, `completeUpload` and the content throw
 */
export async function takeLayer(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  layer: TakenLayer,
): Promise<void> {
  const content = layer.content[Symbol.asyncIterator]();
  try {
    const { pieces, isWhole } = await begin(content);
    if (isWhole) {
      const { digest, verified } = layer;
      const repository = await findRepository(ports, registry, name);
      const bytes = Buffer.concat(pieces);
      if (await takeWholeLayer(ports, repository, { digest, bytes, verified })) return;
    }
    await takeInSession(ports, registry, name, { ...layer, content: goOn(pieces, content) });
  } finally {
    await content.return?.();
  }
}

/** All pieces of what is small; the first ones of anything else. */
async function begin(content: AsyncIterator<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  for (let bytes = 0; bytes <= limits.wholeLayerBytes; ) {
    const step = await content.next();
    if (step.done === true) return { pieces, isWhole: true };
    pieces.push(step.value);
    bytes += step.value.length;
  }
  return { pieces, isWhole: false };
}

async function* goOn(
  pieces: readonly Uint8Array[],
  content: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* pieces;
  for (;;) {
    const step = await content.next();
    if (step.done === true) return;
    yield step.value;
  }
}

async function takeInSession(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  { digest, content, given }: TakenLayer,
): Promise<void> {
  const { id } = await startUpload(ports, registry, name, algorithmOf(digest));
  try {
    await completeUpload(ports, registry, name, id, digest, {
      ...{ content, given, offset: 0 },
      ...{ repeatable: true, emptyAllowed: true, enforcePartSize: false },
    });
  } catch (error) {
    // What was received is of no use any more; it goes in a day, where it can not go now.
    await cancelUpload(ports, registry, name, id).catch((failure: unknown) => {
      if (!isRegistryError(failure)) throw failure;
    });
    throw error;
  }
}
