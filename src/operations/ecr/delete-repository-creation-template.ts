import type {
  DeleteRepositoryCreationTemplateRequest,
  DeleteRepositoryCreationTemplateResponse,
} from "@aws-sdk/client-ecr";
import { deleteTemplate } from "../../registry/creation-templates/change-templates.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import { templateAnswer } from "./template-answer.ts";
import { templatePrefix } from "./template-shapes.ts";
import type { Wire } from "./wire.ts";

/** Removes a template, and shows it once more. Repositories stay as they are. */
export const deleteRepositoryCreationTemplate = operation("ecr:DeleteRepositoryCreationTemplate", {
  input: request({
    prefix: templatePrefix,
  } satisfies Members<DeleteRepositoryCreationTemplateRequest>),
  resource: registryResource,
  access: "Write",
  errors: ["Validation", "InvalidParameter", "TemplateNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<DeleteRepositoryCreationTemplateResponse>> {
    const registry = registryOf(caller);
    const removed = await deleteTemplate(ports, registry, input.prefix);
    return {
      registryId: registry.account,
      repositoryCreationTemplate: await templateAnswer(ports, removed),
    };
  },
});
