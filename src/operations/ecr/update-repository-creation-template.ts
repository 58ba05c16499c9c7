import type {
  UpdateRepositoryCreationTemplateRequest,
  UpdateRepositoryCreationTemplateResponse,
} from "@aws-sdk/client-ecr";
import { updateTemplate } from "../../registry/creation-templates/change-templates.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import { templateAnswer } from "./template-answer.ts";
import { appliedFor, templateActions, templateMembers, templatePrefix } from "./template-shapes.ts";
import { templateWish } from "./template-wish.ts";
import type { Wire } from "./wire.ts";

/** Changes what a template says, for repositories that are made later. See `updateTemplate`. */
export const updateRepositoryCreationTemplate = operation("ecr:UpdateRepositoryCreationTemplate", {
  input: request({
    prefix: templatePrefix,
    ...templateMembers,
    appliedFor: appliedFor.optional(),
  } satisfies Members<UpdateRepositoryCreationTemplateRequest>),
  resource: registryResource,
  further: templateActions,
  access: "Write",
  errors: ["Validation", "InvalidParameter", "TemplateNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<UpdateRepositoryCreationTemplateResponse>> {
    const registry = registryOf(caller);
    const changed = await updateTemplate(ports, registry, templateWish(input));
    return {
      registryId: registry.account,
      repositoryCreationTemplate: await templateAnswer(ports, changed),
    };
  },
});
