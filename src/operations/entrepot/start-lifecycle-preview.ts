import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { startPreview } from "../../registry/lifecycle/preview-lifecycle.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { lifecyclePolicyText, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type LifecyclePreviewAnswer, lifecyclePreviewAnswer } from "./lifecycle-preview-answer.ts";

/**
 * Begins to find out what rules would do. Of policy and extension what is not given is the repository's
 * own; `withoutExtension`: no extension at all. GetLifecyclePreview tells.
 */
export const startLifecyclePreview = operation("entrepot:StartLifecyclePreview", {
  input: request({
    registryId,
    repositoryName,
    lifecyclePolicyText: lifecyclePolicyText.optional(),
    extensionText: z.string().optional(),
    withoutExtension: z.boolean().optional(),
  }),
  resource: repositoryResource,
  access: "Write",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "LifecyclePolicyNotFound",
    "LifecyclePolicyPreviewInProgress",
  ],
  async handle(input, { ports, caller }): Promise<LifecyclePreviewAnswer> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, lifecyclePolicyText: policy, withoutExtension } = input;
    if (withoutExtension === true && input.extensionText !== undefined) {
      const sentence = "withoutExtension can't be set when extensionText is set";
      throw invalidParameter("withoutExtension", sentence);
    }
    const extension = withoutExtension === true ? null : input.extensionText;
    const preview = await startPreview(ports, registry, name, { policy, extension });
    return lifecyclePreviewAnswer(registry, name, { preview, isExpired: false });
  },
});
