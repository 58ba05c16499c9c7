import type {
  PutImageTagMutabilityRequest,
  PutImageTagMutabilityResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import {
  checkTagMutability,
  setTagMutability,
} from "../../registry/repositories/tag-mutability.ts";
import { operation } from "../operation.ts";
import { mutabilityAnswer } from "./repository-answer.ts";
import { repositoryResource } from "./resource.ts";
import {
  imageTagMutability,
  imageTagMutabilityExclusionFilters,
  type Members,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Says which tags later pushes may move. Tags that exist stay. Idempotent. */
export const putImageTagMutability = operation("ecr:PutImageTagMutability", {
  input: request({
    registryId,
    repositoryName,
    imageTagMutability,
    imageTagMutabilityExclusionFilters: imageTagMutabilityExclusionFilters.optional(),
  } satisfies Members<PutImageTagMutabilityRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<PutImageTagMutabilityResponse>> {
    const registry = registryOf(caller, input.registryId);
    const filters = input.imageTagMutabilityExclusionFilters?.map(({ filter }) => filter);
    const mutability = checkTagMutability(input.imageTagMutability, filters);
    const repository = await setTagMutability(ports, registry, input.repositoryName, mutability);
    return {
      registryId: registry.account,
      repositoryName: repository.name,
      ...mutabilityAnswer(repository.tagMutability),
    };
  },
});
