import { approveInEmergency as approve } from "../../registry/approvals/approve-in-emergency.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { operation } from "../operation.ts";
import { type ApprovalRequestAnswer, approvalRequestAnswer } from "./approval-request-answer.ts";
import { decisionErrors, decisionInput, decisionOf } from "./decision-input.ts";

/**
 * Approves what is asked for alone and whatever checks say, for the hours that the environment allows.
 * Must be granted by this very name, and leaves a second record. Never for who asked, pushed or tagged.
 */
export const approveInEmergency = operation("entrepot:ApproveInEmergency", {
  input: decisionInput,
  resource: repositoryResource,
  access: "Permissions management",
  errors: [...decisionErrors, "ImageNotFound", "Kms"],
  async handle(input, { ports, caller }): Promise<{ request: ApprovalRequestAnswer }> {
    const { repositoryName: name } = input;
    const registry = registryOf(caller, input.registryId);
    const done = await approve(ports, registry, name, decisionOf(input, caller.principal));
    return { request: approvalRequestAnswer(name, done, ports.clock.now()) };
  },
});
