import type { MetadataChange } from "../../ports/metadata-store.ts";
import { addApprovalEvent } from "../events/approval-event.ts";
import { queueJudgement, treeOf } from "../gates/request-judgement.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ApprovalRequest, Environment } from "./approval.ts";
import { queuePromotion, queueRecheck } from "./queue-approvals.ts";

const hourMs = 60 * 60 * 1000;

/**
 * Makes an approval good, for the image and all that it lists, in the repository that is locked, and has
 * it promoted.
 */
export async function grantApproval(
  change: MetadataChange,
  repository: Repository,
  request: ApprovalRequest,
  { name: environment, rule }: Environment,
  granted: {
    readonly isEmergency: boolean;
    readonly by: string;
    readonly comment: string;
    readonly at: number;
  },
): Promise<ApprovalRequest> {
  const { isEmergency, by, comment, at } = granted;
  const until = at + (isEmergency ? rule.emergencyHours : rule.days * 24) * hourMs;
  const approved: ApprovalRequest = {
    ...{ ...request, state: "APPROVED", decidedAt: at, until, isEmergency },
    promotion: {
      ...{ state: "PENDING", attestation: undefined, reason: undefined, tag: rule.promote.tag },
      destination: rule.promote.destination,
      repositoryName: rule.promote.repository?.replace("*", repository.name),
    },
  };
  await change.approvals.putRequest(approved);
  for (const digest of await treeOf(change, repository, request.digest)) {
    await change.approvals.putApproval({
      ...{ repository: request.repository, digest, environment, request: request.id, until },
      ...{ requestedIn: repository.id, approvedAt: at, ended: undefined },
      isEmergency,
    });
    await queueJudgement(change, repository, digest, { runAt: at, now: at });
  }
  await queueRecheck(change, repository, request.digest, { runAt: until, now: at });
  await queuePromotion(change, repository, request.id, at);
  const action = isEmergency ? "APPROVED_IN_EMERGENCY" : "APPROVED";
  await addApprovalEvent(change, repository, approved, { action, by, comment, at });
  return approved;
}
