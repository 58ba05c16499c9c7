import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { parseTag } from "../../registry/names.ts";
import { repositoryAsResource } from "../../registry/policy/authorize.ts";
import { copyWithin } from "../../registry/replication/copy-within.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, imageTag, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly destinationRepositoryName: string;
  readonly imageTags: readonly string[];
}

const uploading = [
  ...["BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart"],
  "CompleteLayerUpload",
];

/**
 * Copies an image, with what it lists, into another repository of the registry, which may be sealed under
 * another key. Needs the rights of a pull here and of a push there, and is no pull: pull times stay.
 */
export const copyImage = operation("entrepot:CopyImage", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
    destinationRepositoryName: repositoryName,
    imageTags: z.array(imageTag).max(limits.tagsPerImage).default([]),
  }),
  resource: repositoryResource,
  further: (input, caller, _environment, target) => {
    const registry = registryOf(caller, input.registryId);
    const there = repositoryAsResource(registry, input.destinationRepositoryName);
    // What is pulled has the one name, what is pushed the others: neither lets the other through.
    const pulled = imageTagConditions([input.imageId.imageTag]);
    const pushed = imageTagConditions(input.imageTags);
    return [
      { action: "ecr:BatchGetImage", resource: target, conditions: pulled },
      { action: "ecr:GetDownloadUrlForLayer", resource: target, conditions: {} },
      ...uploading.map((each) => ({ action: `ecr:${each}`, resource: there, conditions: {} })),
      { action: "ecr:PutImage", resource: there, conditions: pushed },
    ];
  },
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Write",
  errors: [
    ...(["ImageArchived", "ImageHeld", "ImageNotFound", "ImageTagAlreadyExists"] as const),
    ...(["InvalidParameter", "Kms", "LimitExceeded", "RepositoryNotFound"] as const),
  ],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: from, destinationRepositoryName: to } = input;
    if (from === to) throw invalidParameter("destinationRepositoryName", "must be another one");
    const registry = registryOf(caller, input.registryId);
    const tags = [...new Set(input.imageTags)].map((tag) => parseTag(tag, "imageTags"));
    const image = namedImage(input.imageId);
    const imageDigest = await copyWithin(ports, registry, { from, image, to, tags });
    return {
      ...{ registryId: registry.account, repositoryName: from, imageDigest },
      ...{ destinationRepositoryName: to, imageTags: tags },
    };
  },
});
