import { requestApproval as ask } from "../../registry/approvals/request-approval.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type ApprovalRequestAnswer, approvalRequestAnswer } from "./approval-request-answer.ts";
import { approvalComment, environmentName } from "./environment-answer.ts";

/** Asks for an image to be approved for an environment. What speaks for it is gathered by itself. */
export const requestApproval = operation("entrepot:RequestApproval", {
  input: request({
    ...{ registryId, repositoryName, imageDigest: storedDigest, environment: environmentName },
    comment: approvalComment,
  }),
  resource: repositoryResource,
  access: "Write",
  errors: [
    ...(["Conflict", "ImageNotFound", "InvalidParameter", "Kms", "LimitExceeded"] as const),
    ...(["RepositoryNotFound", "ResourceNotFound"] as const),
  ],
  async handle(input, { ports, caller }): Promise<{ request: ApprovalRequestAnswer }> {
    const { repositoryName: name, imageDigest: digest, environment, comment } = input;
    const wanted = { digest, environment, comment, requester: caller.principal };
    const asked = await ask(ports, registryOf(caller, input.registryId), name, wanted);
    return { request: approvalRequestAnswer(name, asked, ports.clock.now()) };
  },
});
