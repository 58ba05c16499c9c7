import { registryOf } from "../../registry/identity/principal.ts";
import { getImage } from "../../registry/images/get-image.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  /** Byte for byte as it was pushed. */
  readonly imageManifest: string;
  readonly imageManifestMediaType: string;
}

/**
 * The manifest of an image to look at. It is for who may pull the image, and no pull: unlike with
 * BatchGetImage, the time of the last one, and what lifecycle rules make of it, stays as it is. Nothing is
 * fetched from an upstream.
 */
export const getImageManifest = operation("entrepot:GetImageManifest", {
  input: request({ registryId, repositoryName, imageDigest: storedDigest }),
  resource: repositoryResource,
  action: "ecr:BatchGetImage",
  access: "Read",
  errors: [
    "ImageArchived",
    "ImageHeld",
    "ImageNotFound",
    "InvalidParameter",
    "Kms",
    "RepositoryNotFound",
  ],
  async handle({ imageDigest, ...input }, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const looking = { pull: true, isCounted: false };
    const found = await getImage(ports, registry, name, { digest: imageDigest }, looking);
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest },
      imageManifest: found.manifest.toString("utf8"),
      imageManifestMediaType: found.image.mediaType,
    };
  },
});
