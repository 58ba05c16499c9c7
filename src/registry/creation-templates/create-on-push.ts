import type { Ports } from "../../ports/ports.ts";
import type { Organization } from "../identity/organization.ts";
import type { Caller } from "../identity/principal.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { repositoryAsResource, requireAllowed } from "../policy/authorize.ts";
import type { RequestContext } from "../policy/request-context.ts";
import { createByTemplate, type MadeRepository, requestTags } from "./create-by-template.ts";

const action = "ecr:CreateRepository";

/**
 * Makes the repository that somebody pushes to, who was allowed to push to that name. `undefined` where
 * no template is for it. Source: ECR, "Create on push". Differs from ECR: whoever pushes must be allowed
 * ecr:CreateRepository on that name too, so that nobody makes repositories who may not (ADR-0061).
 * @throws AccessDenied; and what `createByTemplate` throws
 */
export function createOnPush(
  ports: Ports,
  organization: Organization,
  { caller, context }: { readonly caller: Caller; readonly context: RequestContext },
  { registry, name }: { readonly registry: Registry; readonly name: RepositoryName },
): Promise<MadeRepository | undefined> {
  const resource = repositoryAsResource(registry, name);
  return createByTemplate(ports, organization, {
    ...{ registry, name, event: "CREATE_ON_PUSH" },
    allow: ({ settings }) => {
      const asking = context.forAction(requestTags(settings));
      return requireAllowed(ports, caller.principal, action, resource, asking);
    },
  });
}
