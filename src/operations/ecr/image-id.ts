import { RegistryError } from "../../registry/errors.ts";
import { checkImageId } from "../../registry/images/delete-image.ts";
import type { Digest, Tag } from "../../registry/names.ts";

interface ImageId {
  readonly imageDigest?: string | undefined;
  readonly imageTag?: string | undefined;
}

/** @throws InvalidParameter for what names no image */
export function namedImage(imageId: ImageId): {
  readonly digest: Digest | undefined;
  readonly tag: Tag | undefined;
} {
  const malformed = checkImageId(imageId);
  if (malformed !== undefined) throw new RegistryError("InvalidParameter", malformed.failureReason);
  return {
    digest: imageId.imageDigest as Digest | undefined,
    tag: imageId.imageTag as Tag | undefined,
  };
}
