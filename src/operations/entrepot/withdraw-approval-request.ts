import { withdrawRequest } from "../../registry/approvals/decide-request.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type ApprovalRequestAnswer, approvalRequestAnswer } from "./approval-request-answer.ts";
import { approvalRequestId } from "./environment-answer.ts";

/** Takes a request for approval back, for who made it. */
export const withdrawApprovalRequest = operation("entrepot:WithdrawApprovalRequest", {
  input: request({ registryId, repositoryName, requestId: approvalRequestId }),
  resource: repositoryResource,
  access: "Write",
  errors: [
    "AccessDenied",
    "Conflict",
    "InvalidParameter",
    "RepositoryNotFound",
    "ResourceNotFound",
  ],
  async handle(input, { ports, caller }): Promise<{ request: ApprovalRequestAnswer }> {
    const { repositoryName: name, requestId } = input;
    const registry = registryOf(caller, input.registryId);
    const done = await withdrawRequest(ports, registry, name, requestId, caller.principal);
    return { request: approvalRequestAnswer(name, done, ports.clock.now()) };
  },
});
