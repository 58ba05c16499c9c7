import { isRegistryError } from "../errors.ts";
import type { Digest } from "../names.ts";
import type { Copying } from "../replication/copy-image.ts";

/** Copies what is attached to an image. What is held back for itself is not needed for it to run. */
export async function copyAttached(
  copying: Copying,
  attached: readonly Digest[],
  signal: AbortSignal,
): Promise<void> {
  for (const digest of attached) {
    signal.throwIfAborted();
    try {
      await copying.image({ digest, tags: [] }, signal);
    } catch (error) {
      if (!isRegistryError(error, "ImageHeld")) throw error;
    }
  }
}
