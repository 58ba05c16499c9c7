import { z } from "zod";
import type { Caller } from "../../registry/identity/principal.ts";
import type { NamedImage } from "../../registry/images-in-use/report-images.ts";
import { limits } from "../../registry/limits.ts";
import type { AccountId, RepositoryName } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { anyDigest, repositoryName } from "../ecr/shapes.ts";
import type { FurtherAction } from "../operation.ts";

const reporterPattern = "[a-zA-Z0-9][a-zA-Z0-9._:@/-]*";
/** Who says that images are in use: the name of a node, mostly. */
export const reporter = z
  .string()
  .min(1)
  .max(limits.imageReporterCharacters)
  .regex(new RegExp(`^(?:${reporterPattern})$`));

const reportedImage = z.object({ repositoryName, imageDigest: anyDigest });

export const reportedImages = z.array(reportedImage).min(1).max(limits.batchItems);

interface Reported {
  readonly registryId?: AccountId | undefined;
  readonly images: readonly z.output<typeof reportedImage>[];
}

/** The repository of the first image; `furtherRepositories` has the others. */
export function firstRepository({ registryId, images }: Reported, caller: Caller): Resource {
  return repositoryResource({ registryId, repositoryName: namesOf(images)[0]! }, caller);
}

/** Each other repository, once: who may not speak of all of them speaks of none. */
export function furtherRepositories(
  action: string,
  { registryId, images }: Reported,
  caller: Caller,
): readonly FurtherAction[] {
  return namesOf(images)
    .slice(1)
    .map((name) => ({
      action,
      resource: repositoryResource({ registryId, repositoryName: name }, caller),
    }));
}

function namesOf(images: Reported["images"]): RepositoryName[] {
  return [...new Set(images.map((image) => image.repositoryName))];
}

export function namedImages(images: Reported["images"]): NamedImage[] {
  return images.map((image) => ({ name: image.repositoryName, digest: image.imageDigest }));
}
