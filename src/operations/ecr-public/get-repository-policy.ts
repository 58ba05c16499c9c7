import type {
  GetRepositoryPolicyRequest,
  GetRepositoryPolicyResponse,
} from "@aws-sdk/client-ecr-public";
import { getRepositoryPolicy as get } from "../../registry/policy/repository-policy.ts";
import { type Members, registryId, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName } from "./shapes.ts";

/** The policy of a public repository, in ECR's form. */
export const getRepositoryPolicy = operation("ecr-public:GetRepositoryPolicy", {
  input: request({
    registryId,
    repositoryName: publicRepositoryName,
  } satisfies Members<GetRepositoryPolicyRequest>),
  resource: inRepository("GetRepositoryPolicy"),
  access: "Read",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "RepositoryPolicyNotFound",
    "UnsupportedCommand",
  ],
  async handle(_input, context): Promise<Wire<GetRepositoryPolicyResponse>> {
    const { registry, name } = repositoryOf(context);
    const shown = await get(context.ports, registry, name);
    return { registryId: registry.account, repositoryName: name, policyText: shown };
  },
});
