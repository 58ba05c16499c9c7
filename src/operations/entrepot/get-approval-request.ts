import { requireRequest } from "../../registry/approvals/request-approval.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  type ApprovalRequestAnswer,
  approvalRequestAnswer,
  evidenceSummaryAnswer,
} from "./approval-request-answer.ts";
import { approvalRequestId } from "./environment-answer.ts";

interface Answer {
  readonly request: ApprovalRequestAnswer;
  readonly evidence: ReturnType<typeof evidenceSummaryAnswer>;
}

/** A request for approval, with the evidence that was gathered for it. */
export const getApprovalRequest = operation("entrepot:GetApprovalRequest", {
  input: request({ registryId, repositoryName, requestId: approvalRequestId }),
  resource: repositoryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    const repository = await findRepository(ports, registry, input.repositoryName);
    const found = await requireRequest(ports.metadata, repository, input.requestId);
    return {
      request: approvalRequestAnswer(repository.name, found, ports.clock.now()),
      evidence: evidenceSummaryAnswer(found.evidence),
    };
  },
});
