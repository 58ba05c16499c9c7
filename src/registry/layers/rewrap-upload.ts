import type { Ports } from "../../ports/ports.ts";
import { Rewrapping } from "../encryption/rewrap-data-key.ts";
import { isSealed } from "../encryption/stored-object.ts";
import { isUnderKeyOf } from "../encryption/wrapped-key.ts";
import type { Repository } from "../repositories/repository.ts";
import { keyedObject, type Upload } from "./upload.ts";
import { uploadNotFound } from "./upload-layer.ts";

/**
 * The session with its key under the one that the repository has now, if it began under another.
 * @throws Kms when either key may not be used
 * @throws UploadNotFound when its bytes are not sealed as that key asks: they have to be sent again
 */
export async function underKeyOf(
  ports: Ports,
  repository: Repository,
  upload: Upload,
): Promise<Upload> {
  // The blob store encrypts what the registry's own key would; it does not know those of KMS.
  const isFresh = !isSealed(upload) && upload.sealedBytes === 0;
  if (isFresh || (!isSealed(upload) && repository.encryption.type === "AES256")) return upload;
  if (isSealed(upload) && isUnderKeyOf(repository, upload.wrappedKey)) return upload;
  const rewrapping = new Rewrapping(ports, repository);
  if (!rewrapping.canTake(upload)) {
    throw uploadNotFound(repository.registry, repository.name, upload.id);
  }
  return { ...upload, wrappedKey: await rewrapping.wrap(keyedObject(upload)) };
}
