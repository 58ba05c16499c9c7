import type { PutLifecyclePolicyRequest, PutLifecyclePolicyResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { putLifecycle } from "../../registry/lifecycle/put-lifecycle.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import {
  lifecyclePolicyText,
  type Members,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Replaces the lifecycle policy of a repository. See `putLifecycle`. */
export const putLifecyclePolicy = operation("ecr:PutLifecyclePolicy", {
  input: request({
    registryId,
    repositoryName,
    lifecyclePolicyText,
  } satisfies Members<PutLifecyclePolicyRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<PutLifecyclePolicyResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, lifecyclePolicyText: policy } = input;
    await putLifecycle(ports, registry, name, { policy });
    return { registryId: registry.account, repositoryName: name, lifecyclePolicyText: policy };
  },
});
