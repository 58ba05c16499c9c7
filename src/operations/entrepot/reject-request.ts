import { rejectRequest as reject } from "../../registry/approvals/decide-request.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { operation } from "../operation.ts";
import { type ApprovalRequestAnswer, approvalRequestAnswer } from "./approval-request-answer.ts";
import { decisionErrors, decisionInput, decisionOf } from "./decision-input.ts";

/** Rejects what is asked for, for good, and says why. Never for who asked, pushed or tagged. */
export const rejectRequest = operation("entrepot:RejectRequest", {
  input: decisionInput,
  resource: repositoryResource,
  access: "Permissions management",
  errors: decisionErrors,
  async handle(input, { ports, caller }): Promise<{ request: ApprovalRequestAnswer }> {
    const { repositoryName: name } = input;
    const registry = registryOf(caller, input.registryId);
    const done = await reject(ports, registry, name, decisionOf(input, caller.principal));
    return { request: approvalRequestAnswer(name, done, ports.clock.now()) };
  },
});
