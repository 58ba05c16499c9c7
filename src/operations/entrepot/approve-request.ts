import { approveRequest as approve } from "../../registry/approvals/decide-request.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { operation } from "../operation.ts";
import { type ApprovalRequestAnswer, approvalRequestAnswer } from "./approval-request-answer.ts";
import { decisionErrors, decisionInput, decisionOf } from "./decision-input.ts";

/**
 * Approves what is asked for, as one of as many reviewers as the environment wants. Never for who asked,
 * pushed or tagged; not while a check fails.
 */
export const approveRequest = operation("entrepot:ApproveRequest", {
  input: decisionInput,
  resource: repositoryResource,
  access: "Permissions management",
  errors: [...decisionErrors, "ImageNotFound", "Kms"],
  async handle(input, { ports, caller }): Promise<{ request: ApprovalRequestAnswer }> {
    const { repositoryName: name } = input;
    const registry = registryOf(caller, input.registryId);
    const decided = decisionOf(input, caller.principal);
    const done = await approve(ports, registry, name, decided, { isEmergency: false });
    return { request: approvalRequestAnswer(name, done, ports.clock.now()) };
  },
});
