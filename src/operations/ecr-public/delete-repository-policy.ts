import type {
  DeleteRepositoryPolicyRequest,
  DeleteRepositoryPolicyResponse,
} from "@aws-sdk/client-ecr-public";
import { deleteRepositoryPolicy as remove } from "../../registry/policy/repository-policy.ts";
import { type Members, registryId, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName } from "./shapes.ts";

/** Removes the policy of a public repository, and answers with what it was. */
export const deleteRepositoryPolicy = operation("ecr-public:DeleteRepositoryPolicy", {
  input: request({
    registryId,
    repositoryName: publicRepositoryName,
  } satisfies Members<DeleteRepositoryPolicyRequest>),
  resource: inRepository("DeleteRepositoryPolicy"),
  access: "Permissions management",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "RepositoryPolicyNotFound",
    "UnsupportedCommand",
  ],
  async handle(_input, context): Promise<Wire<DeleteRepositoryPolicyResponse>> {
    const { registry, name } = repositoryOf(context);
    const shown = await remove(context.ports, registry, name);
    return { registryId: registry.account, repositoryName: name, policyText: shown };
  },
});
