import { randomBytes } from "node:crypto";
import type { MetadataChange, MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addApprovalEvent } from "../events/approval-event.ts";
import { personOf } from "../identity/person.ts";
import type { Principal } from "../identity/principal.ts";
import { imageNotFound } from "../images/get-image.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import type { ApprovalRequest } from "./approval.ts";
import { approvalLimits } from "./approval-limits.ts";
import { requireEnvironment } from "./environments.ts";
import { evaluateChecks } from "./evaluate-checks.ts";
import { gatherEvidence } from "./gather-evidence.ts";

export interface WantedApproval {
  readonly digest: Digest;
  readonly environment: string;
  readonly comment: string;
  readonly requester: Principal;
}

/**
 * Asks for an image to be approved for an environment: what speaks for it and against it is gathered and
 * kept with the request, and the environment's checks are told. They may fail: then reviewers see why,
 * and can not approve before they pass.
 * @throws RepositoryNotFound, ImageNotFound
 * @throws ResourceNotFound where there is no such environment
 * @throws Conflict while the same is asked for already
 * @throws LimitExceeded when too many requests of the repository wait
 * @throws Kms where the repository's key may not be used
 */
export async function requestApproval(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  { digest, environment, comment, requester }: WantedApproval,
): Promise<ApprovalRequest> {
  const { rule } = await requireEnvironment(ports.metadata, registry, environment);
  const repository = await findRepository(ports, registry, name);
  const facts = await gatherEvidence(ports, repository, digest);
  const at = ports.clock.now();
  const { as, assumedBy } = personOf(requester);
  const asked = {
    ...{ digest, environment, comment, requester: as, requesterAssumedBy: assumedBy },
    ...{ evidence: facts.evidence, checks: evaluateChecks(rule.checks, facts, at) },
  };
  return ports.metadata.transaction(async (change) => {
    const locked = await lockRepository(change, registry, name);
    return putNewRequest(change, locked, asked, at);
  });
}

/** What a new request says. */
export type Asked = Pick<
  ApprovalRequest,
  | ("digest" | "environment" | "comment" | "evidence" | "checks")
  | ("requester" | "requesterAssumedBy")
>;

/**
 * Puts a request that waits, in a repository that is locked.
 * @throws ImageNotFound, Conflict, LimitExceeded as `requestApproval` does
 */
export async function putNewRequest(
  change: MetadataChange,
  repository: Repository,
  asked: Asked,
  at: number,
): Promise<ApprovalRequest> {
  const image = await change.images.find(repository, asked.digest);
  if (image?.state !== "ACTIVE") throw imageNotFound();
  const waiting = await stillWaiting(change, repository, at);
  const isSame = ({ digest, environment }: ApprovalRequest) =>
    digest === asked.digest && environment === asked.environment;
  const same = waiting.find(isSame);
  if (same !== undefined) {
    throw new RegistryError("Conflict", `The request '${same.id}' asks for the same, and waits`);
  }
  if (waiting.length >= approvalLimits.waitingRequests) {
    const sentence = `No more than ${approvalLimits.waitingRequests} requests of a repository can wait`;
    throw new RegistryError("LimitExceeded", sentence);
  }
  const { registry, id } = repository;
  const request: ApprovalRequest = {
    ...{ ...asked, repository: { registry, id }, id: newRequestId(at), state: "PENDING" },
    ...{ requestedAt: at, decisions: [], decidedAt: undefined, until: undefined },
    ...{ isEmergency: false, promotion: undefined },
  };
  await change.approvals.putRequest(request);
  const { requester: by, comment } = asked;
  await addApprovalEvent(change, repository, request, { action: "REQUESTED", by, comment, at });
  return request;
}

/** Those that wait; of what nobody has decided for too long it is said that nobody will. */
async function stillWaiting(
  change: MetadataChange,
  repository: RepositoryRef,
  now: number,
): Promise<readonly ApprovalRequest[]> {
  const page = { limit: approvalLimits.waitingRequests };
  const waiting: ApprovalRequest[] = [];
  for (const request of await change.approvals.requestsIn(repository, "PENDING", page)) {
    if (isOverdue(request, now))
      await change.approvals.putRequest({ ...request, state: "EXPIRED" });
    else waiting.push(request);
  }
  return waiting;
}

/** Whether a request has waited for too long to be decided any more. */
export function isOverdue({ state, requestedAt }: ApprovalRequest, now: number): boolean {
  return state === "PENDING" && now - requestedAt >= approvalLimits.waitingDays * 86_400_000;
}

/** Ids of one repository sort by time, whichever process makes them. */
function newRequestId(at: number): string {
  return `${at.toString(16).padStart(12, "0")}${randomBytes(8).toString("hex")}`;
}

/** @throws ResourceNotFound */
export async function requireRequest(
  { approvals }: Pick<MetadataReads, "approvals">,
  repository: RepositoryRef,
  id: string,
): Promise<ApprovalRequest> {
  const request = await approvals.request(repository, id);
  if (request !== undefined) return request;
  throw new RegistryError(
    "ResourceNotFound",
    `There is no request for approval with the id '${id}'`,
  );
}
