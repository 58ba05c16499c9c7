import type { ReclaimCandidate } from "../ports/metadata-store.ts";
import type { Ports } from "../ports/ports.ts";
import { discardUpload } from "../registry/layers/upload-layer.ts";
import type { Registry, UploadId } from "../registry/names.ts";

const retryMs = 60_000;

/**
 * Drops a session that has expired, or whose repository is gone; one that is being written waits.
 * @returns its sealed bytes, if it went
 */
export async function reclaimUpload(
  ports: Ports,
  registry: Registry,
  id: UploadId,
): Promise<number | undefined> {
  const now = ports.clock.now();
  const candidate: ReclaimCandidate = {
    kind: "upload",
    registry,
    upload: id,
    dueAt: now + retryMs,
  };
  const release = await ports.exclusive.tryAcquire(`upload/${id}`);
  if (release === undefined) {
    await ports.metadata.transaction((change) => change.reclaim.enqueue(candidate));
    return undefined;
  }
  try {
    const upload = await ports.metadata.uploads.find(registry, id);
    if (upload === undefined) {
      await ports.metadata.transaction((change) => change.reclaim.remove(candidate));
      return undefined;
    }
    await discardUpload(ports, upload);
    return upload.sealedBytes;
  } finally {
    await release();
  }
}
