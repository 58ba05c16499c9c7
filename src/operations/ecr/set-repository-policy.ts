import type { SetRepositoryPolicyRequest, SetRepositoryPolicyResponse } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { setRepositoryPolicy as set } from "../../registry/policy/repository-policy.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import { type Members, policyText, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Replaces the policy of a repository. See `setRepositoryPolicy`. */
export const setRepositoryPolicy = operation("ecr:SetRepositoryPolicy", {
  input: request({
    registryId,
    repositoryName,
    policyText,
    force: z.boolean().default(false),
  } satisfies Members<SetRepositoryPolicyRequest>),
  resource: repositoryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<SetRepositoryPolicyResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, policyText: text, force } = input;
    const shown = await set(ports, { registry, name }, text, { caller, force });
    return { registryId: registry.account, repositoryName: name, policyText: shown };
  },
});
