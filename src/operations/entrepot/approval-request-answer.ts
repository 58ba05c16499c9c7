import type {
  ApprovalRequest,
  CheckResult,
  EvidenceSummary,
  PromotionOutcome,
  RequestState,
} from "../../registry/approvals/approval.ts";
import { isOverdue } from "../../registry/approvals/request-approval.ts";
import type { RepositoryName } from "../../registry/names.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** A request for approval as it is told of. Times are epoch seconds. */
export interface ApprovalRequestAnswer {
  readonly requestId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly environment: string;
  readonly state: RequestState;
  readonly requester: string;
  readonly requesterAssumedBy?: string;
  readonly comment: string;
  readonly requestedAt: number;
  readonly checks: readonly CheckResult[];
  readonly decisions: readonly {
    readonly reviewer: string;
    readonly assumedBy?: string | undefined;
    readonly decision: string;
    readonly comment: string;
    readonly at: number;
  }[];
  readonly decidedAt?: number;
  readonly until?: number;
  readonly emergency: boolean;
  readonly promotion?: PromotionOutcome;
}

export function approvalRequestAnswer(
  repositoryName: RepositoryName,
  request: ApprovalRequest,
  now: number,
): ApprovalRequestAnswer {
  const { id, digest, environment, requester, comment, checks, decidedAt, until } = request;
  const { requesterAssumedBy } = request;
  return {
    ...{ requestId: id, repositoryName, imageDigest: digest, environment },
    state: isOverdue(request, now) ? "EXPIRED" : request.state,
    ...{ requester, comment, requestedAt: epochSeconds(request.requestedAt), checks },
    ...(requesterAssumedBy === undefined ? {} : { requesterAssumedBy }),
    decisions: request.decisions.map((each) => ({ ...each, at: epochSeconds(each.at) })),
    ...(decidedAt === undefined ? {} : { decidedAt: epochSeconds(decidedAt) }),
    ...(until === undefined ? {} : { until: epochSeconds(until) }),
    emergency: request.isEmergency,
    ...(request.promotion === undefined ? {} : { promotion: request.promotion }),
  };
}

/** What speaks for the image and against it, as it is kept with the request. */
export function evidenceSummaryAnswer(evidence: EvidenceSummary) {
  const { gatheredAt, scan, builtAt, signatures = [], ...rest } = evidence;
  const endedAt = scan?.endedAt;
  return {
    ...{ ...rest, signatures },
    gatheredAt: epochSeconds(gatheredAt),
    ...(scan === undefined
      ? {}
      : {
          scan: {
            status: scan.status,
            ...(endedAt === undefined ? {} : { endedAt: epochSeconds(endedAt) }),
          },
        }),
    ...(builtAt === undefined ? {} : { builtAt: epochSeconds(builtAt) }),
  };
}
