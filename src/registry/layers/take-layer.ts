import type { Ports } from "../../ports/ports.ts";
import { algorithmOf } from "../digest.ts";
import { isRegistryError } from "../errors.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { completeUpload } from "./complete-upload.ts";
import { cancelUpload, startUpload } from "./upload-layer.ts";

/** A layer that the registry itself gets from somewhere. */
export interface TakenLayer {
  readonly digest: Digest;
  readonly content: AsyncIterable<Uint8Array>;
  /** Whether the pieces of the content are given away: nobody else uses them. */
  readonly given: boolean;
}

/**
 * Stores it the way a push does, all or nothing: it is linked when its bytes are those of the digest.
 * @throws what `startUpload`, `completeUpload` and the content throw
 */
export async function takeLayer(
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
