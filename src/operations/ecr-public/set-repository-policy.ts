import type {
  SetRepositoryPolicyRequest,
  SetRepositoryPolicyResponse,
} from "@aws-sdk/client-ecr-public";
import { z } from "zod";
import { setRepositoryPolicy as set } from "../../registry/policy/repository-policy.ts";
import { type Members, policyText, registryId, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName } from "./shapes.ts";

/**
 * Replaces the policy of a public repository: who may push to it and change it. Whatever it says, all may
 * pull. See `setRepositoryPolicy`.
 */
export const setRepositoryPolicy = operation("ecr-public:SetRepositoryPolicy", {
  input: request({
    registryId,
    repositoryName: publicRepositoryName,
    policyText,
    force: z.boolean().default(false),
  } satisfies Members<SetRepositoryPolicyRequest>),
  resource: inRepository("SetRepositoryPolicy"),
  access: "Permissions management",
  errors: ["InvalidParameter", "RepositoryNotFound", "UnsupportedCommand"],
  async handle({ policyText: text, force }, context): Promise<Wire<SetRepositoryPolicyResponse>> {
    const { ports, caller } = context;
    const { registry, name } = repositoryOf(context);
    const shown = await set(ports, { registry, name }, text, { caller, force });
    return { registryId: registry.account, repositoryName: name, policyText: shown };
  },
});
