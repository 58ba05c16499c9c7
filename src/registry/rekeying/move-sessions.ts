import type { Ports } from "../../ports/ports.ts";
import { isSealed } from "../encryption/stored-object.ts";
import { isUnderKeyOf } from "../encryption/wrapped-key.ts";
import { underKeyOf } from "../layers/rewrap-upload.ts";
import type { Upload } from "../layers/upload.ts";
import { commitUpload } from "../layers/upload-layer.ts";
import type { UploadId } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";

/**
 * Puts open upload sessions under the repository's key, so that they can go on when the old one may not
 * be used any more.
 * @returns false when one is being written, which is to be tried again
 * @throws Kms when either key may not be used
 */
export async function moveSessions(
  ports: Ports,
  repository: Repository,
  limit: number,
  signal: AbortSignal,
): Promise<boolean> {
  let areAllMoved = true;
  let after: UploadId | undefined;
  for (;;) {
    const found = await ports.metadata.uploads.list(repository, { after, limit });
    for (const upload of found) {
      signal.throwIfAborted();
      if (!(await moveSession(ports, repository, upload))) areAllMoved = false;
    }
    if (found.length < limit) return areAllMoved;
    after = found.at(-1)?.id;
  }
}

async function moveSession(ports: Ports, repository: Repository, seen: Upload): Promise<boolean> {
  // What is not sealed at all is refused at its completion, if it has to be.
  if (!isSealed(seen) || isUnderKeyOf(repository, seen.wrappedKey)) return true;
  const release = await ports.exclusive.tryAcquire(`upload/${seen.id}`);
  if (release === undefined) return false;
  try {
    const upload = await ports.metadata.uploads.find(repository.registry, seen.id);
    if (upload === undefined) return true;
    const moved = await underKeyOf(ports, repository, upload);
    if (moved === upload) return true;
    const { revision } = upload;
    await commitUpload(ports, upload, { ...moved, revision: revision + 1 }, repository.name);
    return true;
  } finally {
    await release();
  }
}
