import type {
  CreateRepositoryCreationTemplateRequest,
  CreateRepositoryCreationTemplateResponse,
} from "@aws-sdk/client-ecr";
import { createTemplate } from "../../registry/creation-templates/change-templates.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import { templateAnswer } from "./template-answer.ts";
import { appliedFor, templateActions, templateMembers, templatePrefix } from "./template-shapes.ts";
import { templateWish } from "./template-wish.ts";
import type { Wire } from "./wire.ts";

/** Says how repositories below a prefix are made that nobody has made. See `createTemplate`. */
export const createRepositoryCreationTemplate = operation("ecr:CreateRepositoryCreationTemplate", {
  input: request({
    prefix: templatePrefix,
    ...templateMembers,
    appliedFor,
  } satisfies Members<CreateRepositoryCreationTemplateRequest>),
  resource: registryResource,
  further: templateActions,
  access: "Write",
  errors: ["Validation", "InvalidParameter", "LimitExceeded", "TemplateAlreadyExists"],
  async handle(input, { ports, caller }): Promise<Wire<CreateRepositoryCreationTemplateResponse>> {
    const registry = registryOf(caller);
    const made = await createTemplate(ports, registry, templateWish(input));
    return {
      registryId: registry.account,
      repositoryCreationTemplate: await templateAnswer(ports, made),
    };
  },
});
