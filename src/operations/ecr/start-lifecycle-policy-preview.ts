import type {
  StartLifecyclePolicyPreviewRequest,
  StartLifecyclePolicyPreviewResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { startPreview } from "../../registry/lifecycle/preview-lifecycle.ts";
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

/**
 * Begins to find out what a policy would do: the given one, else the repository's own. What stands
 * beside the repository's own counts with either. GetLifecyclePolicyPreview tells.
 */
export const startLifecyclePolicyPreview = operation("ecr:StartLifecyclePolicyPreview", {
  input: request({
    registryId,
    repositoryName,
    lifecyclePolicyText: lifecyclePolicyText.optional(),
  } satisfies Members<StartLifecyclePolicyPreviewRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "LifecyclePolicyNotFound",
    "LifecyclePolicyPreviewInProgress",
    "Validation",
  ],
  async handle(input, { ports, caller }): Promise<Wire<StartLifecyclePolicyPreviewResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, lifecyclePolicyText: policy } = input;
    const preview = await startPreview(ports, registry, name, { policy });
    return {
      registryId: registry.account,
      repositoryName: name,
      lifecyclePolicyText: preview.policy,
      status: preview.status,
    };
  },
});
