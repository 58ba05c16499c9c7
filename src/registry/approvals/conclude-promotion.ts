import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { addApprovalEvent } from "../events/approval-event.ts";
import { repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ApprovalRequest, PromotionOutcome } from "./approval.ts";

type Outcome = Pick<PromotionOutcome, "state" | "reason">;

/**
 * Says of a request what became of its promotion, once. That of one to another registry is in the trail
 * of this one, too: there `ReplicateImage` is.
 * @param outcome `PENDING` for an attempt that failed and is made again; nobody is told of that
 */
export function concludePromotion(
  ports: Ports,
  repository: Repository,
  id: string,
  outcome: Outcome,
): Promise<void> {
  const { metadata, clock } = ports;
  return metadata.transaction(async (change) => {
    const request = await concludeIn(change, repository, id, outcome, clock.now());
    if (request !== undefined) await note(ports, change, repository, request);
  });
}

/**
 * The same inside a transaction, but for the trail.
 * @returns the request, where that is news
 */
export async function concludeIn(
  change: MetadataChange,
  { registry, id: repositoryId }: Pick<Repository, "registry" | "id">,
  id: string,
  outcome: Outcome,
  at: number,
): Promise<ApprovalRequest | undefined> {
  const locked = await change.repositories.lockById({ registry, id: repositoryId });
  const request = locked && (await change.approvals.request(locked, id));
  if (locked === undefined || request?.promotion?.state !== "PENDING") return undefined;
  const { promotion } = request;
  if (outcome.state === "PENDING" && outcome.reason === promotion.reason) return undefined;
  const next = { ...request, promotion: { ...promotion, ...outcome } };
  await change.approvals.putRequest(next);
  if (outcome.state !== "PENDING") {
    const action = outcome.state === "DONE" ? "PROMOTED" : "PROMOTION_FAILED";
    await addApprovalEvent(change, locked, next, { action, by: undefined, at });
  }
  return next;
}

async function note(
  ports: Ports,
  change: MetadataChange,
  { registry, name }: Repository,
  { id, digest, environment, promotion }: ApprovalRequest,
): Promise<void> {
  if (promotion?.destination === undefined) return;
  const { destination, repositoryName, state, reason } = promotion;
  await noteService(ports, change, {
    ...{ registry, eventSource: "entrepot", arn: repositoryArn(registry, name) },
    eventName: "PromoteImage",
    details: {
      ...{ repositoryName: name, imageDigest: digest, environment, requestId: id, state },
      ...{ destinationRegistryId: destination.registryId, destinationRegion: destination.region },
      destinationRepositoryName: repositoryName ?? name,
      ...(reason === undefined ? {} : { reason }),
    },
  });
}
