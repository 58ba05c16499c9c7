import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Approval, ApprovalRequest, CheckResult } from "../approvals/approval.ts";
import { type Registry, repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { addEvent, addRepositoryEvent } from "./new-event.ts";

type Change = Pick<MetadataChange, "outbox">;

/** An environment of a registry is another one. */
export function addEnvironmentEvent(
  change: Change,
  registry: Registry,
  told: {
    readonly action: "PUT" | "DELETE";
    readonly environment: string;
    readonly by: string;
    readonly at: number;
  },
): Promise<void> {
  const { action, environment, by, at } = told;
  const detail = { "action-type": action, environment, principal: by };
  const detailType = "Entrepot Environment";
  return addEvent(change, registry, { source: "entrepot", at, detailType, detail });
}

export interface ApprovalStep {
  readonly action:
    | "REQUESTED"
    | "ENDORSED"
    | "APPROVED"
    | "APPROVED_IN_EMERGENCY"
    | "REJECTED"
    | "WITHDRAWN"
    | "PROMOTED"
    | "PROMOTION_FAILED";
  /** The ARN of a user or a role; absent for what the registry does by itself. */
  readonly by: string | undefined;
  readonly comment?: string | undefined;
  readonly at: number;
}

/** What becomes of a request. Its requester is told by the ARN, and what failed by its checks. */
export function addApprovalEvent(
  change: Change,
  repository: Repository,
  request: ApprovalRequest,
  { action, by, comment, at }: ApprovalStep,
): Promise<void> {
  const { until, promotion } = request;
  return tell(change, repository, at, {
    ...{ "action-type": action, environment: request.environment, "request-id": request.id },
    ...{ "image-digest": request.digest, requester: request.requester },
    ...(by === undefined ? {} : { principal: by }),
    ...(comment === undefined ? {} : { comment }),
    ...(until === undefined ? {} : { "good-until": new Date(until).toISOString() }),
    "failed-checks": failedOf(request.checks),
    ...(promotion?.reason === undefined ? {} : { message: promotion.reason }),
    ...(promotion?.repositoryName === undefined ? {} : { "promoted-to": promotion.repositoryName }),
    ...(promotion?.destination === undefined
      ? {}
      : {
          "promoted-to-registry-id": promotion.destination.registryId,
          "promoted-to-region": promotion.destination.region,
        }),
    ...(promotion?.attestation === undefined ? {} : { attestation: promotion.attestation }),
  });
}

function failedOf(checks: readonly CheckResult[]): readonly string[] {
  return checks.filter(({ passed }) => !passed).map(({ sentence }) => sentence);
}

/** An approval is good no more. */
export function addApprovalEndedEvent(
  change: Change,
  repository: Repository,
  { digest, environment, request }: Approval,
  { because, at }: { readonly because: string; readonly at: number },
): Promise<void> {
  return tell(change, repository, at, {
    ...{ "action-type": "ENDED", environment, "request-id": request, "image-digest": digest },
    message: because,
  });
}

function tell(
  change: Change,
  repository: Repository,
  at: number,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { registry, name } = repository;
  return addRepositoryEvent(change, repository, {
    ...{ source: "entrepot" as const, at, resources: [repositoryArn(registry, name)] },
    detailType: "Entrepot Approval",
    detail: { "repository-name": name, ...more },
  });
}
