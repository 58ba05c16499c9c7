import type { CreateRepositoryRequest, CreateRepositoryResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { createRepository as create } from "../../registry/repositories/create-repository.ts";

import { checkResourceTags } from "../../registry/repositories/resource-tags.ts";
import { checkTagMutability } from "../../registry/repositories/tag-mutability.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { repositoryAnswer } from "./repository-answer.ts";
import { repositoryResource } from "./resource.ts";
import {
  encryptionConfiguration,
  imageScanningConfiguration,
  imageTagMutability,
  imageTagMutabilityExclusionFilters,
  type Members,
  registryId,
  repositoryName,
  request,
  resourceTags,
} from "./shapes.ts";
import { wantedEncryption } from "./wanted-encryption.ts";
import type { Wire } from "./wire.ts";

/** Makes an empty repository. Not idempotent: the same call again is RepositoryAlreadyExists. */
export const createRepository = operation("ecr:CreateRepository", {
  input: request({
    registryId,
    repositoryName,
    tags: resourceTags.default([]),
    imageTagMutability: imageTagMutability.default("MUTABLE"),
    imageTagMutabilityExclusionFilters: imageTagMutabilityExclusionFilters.optional(),
    imageScanningConfiguration: imageScanningConfiguration.default({}),
    encryptionConfiguration: encryptionConfiguration.default({ encryptionType: "AES256" }),
  } satisfies Members<CreateRepositoryRequest>),
  resource: repositoryResource,
  further: (input, caller) =>
    input.tags.length === 0
      ? []
      : [{ action: "ecr:TagResource", resource: repositoryResource(input, caller) }],
  conditions: ({ tags }) => tagConditions(tags),
  access: "Write",
  errors: [
    "InvalidParameter",
    "InvalidTagParameter",
    "TooManyTags",
    "RepositoryAlreadyExists",
    "LimitExceeded",
    "Kms",
  ],
  async handle(input, { ports, deployment, caller }): Promise<Wire<CreateRepositoryResponse>> {
    const filters = input.imageTagMutabilityExclusionFilters?.map(({ filter }) => filter);
    const repository = await create(ports, {
      registry: registryOf(caller, input.registryId),
      name: input.repositoryName,
      tagMutability: checkTagMutability(input.imageTagMutability, filters),
      scanOnPush: input.imageScanningConfiguration.scanOnPush ?? false,
      encryption: wantedEncryption(input.encryptionConfiguration),
      resourceTags: checkResourceTags(input.tags),
    });
    return { repository: repositoryAnswer(deployment, repository) };
  },
});
