import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { addApprovalEvent } from "../events/approval-event.ts";
import { readFacts } from "../gates/judge-image.ts";
import { type Person, personOf } from "../identity/person.ts";
import type { Principal } from "../identity/principal.ts";
import { imageNotFound } from "../images/get-image.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ApprovalRequest, CheckResult, Environment } from "./approval.ts";
import { approvalLimits } from "./approval-limits.ts";
import { requireEnvironment } from "./environments.ts";
import { type CheckedFacts, evaluateChecks } from "./evaluate-checks.ts";
import { gatherEvidence, lostEvidence } from "./gather-evidence.ts";
import { grantApproval } from "./grant-approval.ts";
import { isOverdue, requireRequest } from "./request-approval.ts";
import { requireReviewer, standingDecisions } from "./require-reviewer.ts";

/** What a reviewer says of a request. */
export interface DecisionOnRequest {
  readonly request: string;
  /** What was looked at: that of the request, or nothing is decided. */
  readonly digest: Digest;
  readonly comment: string;
  readonly reviewer: Principal;
}

/**
 * Approves what is asked for, as one of as many reviewers as the environment wants: the last of them makes
 * it good for its days, and has it promoted. All checks must pass at that time, and what was attached to
 * the image when it was asked for must still be there.
 * @param isEmergency then this one reviewer is enough and checks may fail, for the hours that the
 *   environment allows
 * @throws RepositoryNotFound, ImageNotFound
 * @throws ResourceNotFound where there is no such request or environment
 * @throws InvalidParameter where the request is for another digest
 * @throws AccessDenied for who asked, who pushed or tagged it, and who is not among the reviewers
 * @throws Conflict where it is decided already, checks fail, evidence is gone, or the environment knows
 *   no emergencies
 * @throws Kms where the repository's key may not be used
 */
export async function approveRequest(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  decided: DecisionOnRequest,
  { isEmergency }: { readonly isEmergency: boolean },
): Promise<ApprovalRequest> {
  for (let attempt = 0; attempt < approvalLimits.attempts; attempt++) {
    const repository = await findRepository(ports, registry, name);
    const known = await requireRequest(ports.metadata, repository, decided.request);
    const before = await readFacts(ports.metadata, repository, known.digest);
    if (before === undefined) throw imageNotFound();
    const facts = await gatherEvidence(ports, repository, known.digest);
    const done = await ports.metadata.transaction(async (change) => {
      const locked = await lockRepository(change, registry, name);
      const now = await readFacts(change, locked, known.digest);
      if (locked.id !== repository.id || now?.text !== before.text) return undefined;
      return approve(change, locked, { decided, facts, isEmergency, at: ports.clock.now() });
    });
    if (done !== undefined) return done;
  }
  throw new RegistryError("Conflict", "What the image is judged by keeps changing: ask again");
}

interface Approving {
  readonly decided: DecisionOnRequest;
  readonly facts: CheckedFacts;
  readonly isEmergency: boolean;
  readonly at: number;
}

async function approve(
  change: MetadataChange,
  repository: Repository,
  { decided, facts, isEmergency, at }: Approving,
): Promise<ApprovalRequest> {
  const { request, environment, reviewer } = await decidable(change, repository, decided, at);
  const { rule } = environment;
  const lost = await lostEvidence(change, repository, request.evidence);
  const checks = [...evaluateChecks(rule.checks, facts, at), ...lost];
  if (isEmergency) requireEmergencies(environment);
  else requirePassed(checks);
  const { comment } = decided;
  const said = { ...whoSaid(reviewer), decision: "APPROVED" as const, comment, at };
  const decisions = [...request.decisions, said];
  const next = { ...request, decisions, checks, evidence: facts.evidence };
  const standing = await standingDecisions(change, repository, request.digest, decisions);
  if (!isEmergency && standing.length < rule.approvals) {
    await change.approvals.putRequest(next);
    const step = { action: "ENDORSED" as const, by: reviewer.as, comment, at };
    await addApprovalEvent(change, repository, next, step);
    return next;
  }
  return grantApproval(change, repository, next, environment, {
    isEmergency,
    by: reviewer.as,
    comment,
    at,
  });
}

function whoSaid({ as: reviewer, assumedBy }: Person) {
  return { reviewer, assumedBy };
}

function requireEmergencies({ name, rule }: Environment): void {
  if (rule.emergencyHours > 0) return;
  const sentence = `The environment '${name}' allows no approval in an emergency`;
  throw new RegistryError("Conflict", sentence);
}

function requirePassed(checks: readonly CheckResult[]): void {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const told = failed.map(({ sentence }) => sentence).join(". ");
  throw new RegistryError("Conflict", `It can not be approved. ${told}`);
}

/**
 * Rejects what is asked for, for good: whoever asked is told why, and asks anew with what is better.
 * @throws as `approveRequest` does, but for checks and evidence
 */
export function rejectRequest(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  decided: DecisionOnRequest,
): Promise<ApprovalRequest> {
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const at = ports.clock.now();
    const { request, reviewer } = await decidable(change, repository, decided, at);
    const { comment } = decided;
    const said = { ...whoSaid(reviewer), decision: "REJECTED" as const, comment, at };
    const decisions = [...request.decisions, said];
    const next: ApprovalRequest = { ...request, decisions, state: "REJECTED", decidedAt: at };
    await change.approvals.putRequest(next);
    const step = { action: "REJECTED" as const, by: reviewer.as, comment, at };
    await addApprovalEvent(change, repository, next, step);
    return next;
  });
}

/**
 * Takes a request back, for who made it.
 * @throws RepositoryNotFound
 * @throws ResourceNotFound where there is no such request
 * @throws AccessDenied for everybody else
 * @throws Conflict where it is decided already
 */
export function withdrawRequest(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  id: string,
  principal: Principal,
): Promise<ApprovalRequest> {
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const request = await requireRequest(change, repository, id);
    const { as: by } = personOf(principal);
    if (request.requester !== by) {
      throw new RegistryError("AccessDenied", `Only ${request.requester} can withdraw the request`);
    }
    const at = ports.clock.now();
    requireWaiting(request, at);
    const next: ApprovalRequest = { ...request, state: "WITHDRAWN", decidedAt: at };
    await change.approvals.putRequest(next);
    await addApprovalEvent(change, repository, next, { action: "WITHDRAWN", by, at });
    return next;
  });
}

/** What is to be decided, by somebody who may. */
async function decidable(
  change: MetadataChange,
  repository: Repository,
  { request: id, digest, reviewer: principal }: DecisionOnRequest,
  now: number,
) {
  const request = await requireRequest(change, repository, id);
  if (request.digest !== digest) {
    const sentence = `the request is for ${request.digest}: that is what has to be looked at`;
    throw invalidParameter("imageDigest", sentence);
  }
  const environment = await requireEnvironment(change, repository.registry, request.environment);
  const reviewer = personOf(principal);
  await requireReviewer(change, repository, request, environment, reviewer);
  requireWaiting(request, now);
  return { request, environment, reviewer };
}

function requireWaiting(request: ApprovalRequest, now: number): void {
  if (request.state === "PENDING" && !isOverdue(request, now)) return;
  const state = isOverdue(request, now) ? "EXPIRED" : request.state;
  throw new RegistryError("Conflict", `The request is ${state}: it can not be decided any more`);
}
