import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import { addApprovalEndedEvent } from "../events/approval-event.ts";
import { queueJudgement, treeOf } from "../gates/request-judgement.ts";
import type { Digest, RepositoryName } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { type Approval, type ApprovalRequest, type CheckResult, registryAt } from "./approval.ts";
import { type CheckedFacts, evaluateChecks } from "./evaluate-checks.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { type Asked, putNewRequest } from "./request-approval.ts";

/**
 * Ends approvals of an image whose time is over, or whose environment does not let pass what was found
 * since: there, and where it was promoted to. In the latter case it is asked for anew, so that reviewers
 * look again. Twice is as good as once.
 * @throws Kms where the repository's key may not be used
 */
export async function recheckApprovals(
  ports: Ports,
  ref: RepositoryRef,
  digest: Digest,
): Promise<void> {
  const { metadata, clock } = ports;
  const repository = await metadata.repositories.findById(ref);
  if (repository === undefined) return;
  for (const approval of await metadata.approvals.approvals(repository, digest)) {
    if (approval.ended !== undefined) continue;
    if (approval.until <= clock.now()) {
      await endApproval(ports, repository, approval, "Its time is over");
      continue;
    }
    const crossed = await crossedBy(ports, repository, approval);
    if (crossed === undefined) continue;
    const because = `Since it was approved something was found: ${crossed.failed.sentence}`;
    // First, as what has ended is not looked at again. What came from another registry is its own to ask for.
    if (approval.from === undefined) await askAnew(ports, approval, because);
    await endApproval(ports, repository, approval, because);
  }
}

interface Crossed {
  readonly facts: CheckedFacts;
  readonly failed: CheckResult;
}

async function crossedBy(
  ports: Ports,
  repository: Repository,
  { digest, environment, isEmergency }: Approval,
): Promise<Crossed | undefined> {
  const found = await ports.metadata.approvals.environment(repository.registry, environment);
  if (found === undefined || isEmergency) return undefined;
  if ((await ports.metadata.images.find(repository, digest))?.state !== "ACTIVE") return undefined;
  const facts = await gatherEvidence(ports, repository, digest);
  const results = evaluateChecks(found.rule.checks, facts, ports.clock.now());
  const failed = results.find(({ check, passed }) => check === "Findings" && !passed);
  return failed && { facts, failed };
}

/** Here, where it was asked for, and where it was promoted to; each on its own, as each is locked. */
async function endApproval(
  ports: Ports,
  repository: Repository,
  approval: Approval,
  because: string,
): Promise<void> {
  const { metadata, clock } = ports;
  const registry = approval.from ?? repository.registry;
  const source = await metadata.repositories.findById({ registry, id: approval.requestedIn });
  const request = source && (await metadata.approvals.request(source, approval.request));
  const target = source && request && (await promotedTo(ports, source, request));
  // No registry ends what is approved in another one.
  const isOwn = approval.from === undefined;
  const places = new Map<string, Repository>();
  for (const place of isOwn ? [repository, source, target] : [repository]) {
    if (place) places.set(place.id, place);
  }
  for (const place of places.values()) {
    await metadata.transaction((change) =>
      endIn(change, place, approval, request?.digest ?? approval.digest, because, clock.now()),
    );
  }
}

async function promotedTo(
  { metadata }: Pick<Ports, "metadata">,
  { registry, name }: Repository,
  { promotion }: ApprovalRequest,
): Promise<Repository | undefined> {
  const { destination, repositoryName } = promotion ?? {};
  if (destination === undefined && repositoryName === undefined) return undefined;
  const there = registryAt(destination) ?? registry;
  return metadata.repositories.find(there, (repositoryName ?? name) as RepositoryName);
}

async function endIn(
  change: MetadataChange,
  place: Repository,
  { request, environment }: Approval,
  digest: Digest,
  because: string,
  at: number,
): Promise<void> {
  const repository = await change.repositories.lockById(place);
  if (repository === undefined) return;
  for (const each of await treeOf(change, repository, digest)) {
    const approvals = await change.approvals.approvals(repository, each);
    const approval = approvals.find((one) => one.environment === environment);
    if (approval?.request !== request || approval.ended !== undefined) continue;
    await change.approvals.putApproval({ ...approval, ended: { at, because } });
    await queueJudgement(change, repository, each, { runAt: at, now: at });
    if (each === digest) await addApprovalEndedEvent(change, repository, approval, { because, at });
  }
}

/** By whom it was asked for first: there is nothing new to want. */
async function askAnew(ports: Ports, approval: Approval, comment: string): Promise<void> {
  const { metadata, clock } = ports;
  const { registry } = approval.repository;
  const source = await metadata.repositories.findById({ registry, id: approval.requestedIn });
  const before = source && (await metadata.approvals.request(source, approval.request));
  const environment = await metadata.approvals.environment(registry, approval.environment);
  if (source === undefined || before === undefined || environment === undefined) return;
  const { digest, requester, requesterAssumedBy } = before;
  try {
    const facts = await gatherEvidence(ports, source, digest);
    const at = clock.now();
    const checks = evaluateChecks(environment.rule.checks, facts, at);
    const asked: Asked = {
      digest,
      environment: environment.name,
      comment,
      requester,
      requesterAssumedBy,
      evidence: facts.evidence,
      checks,
    };
    await metadata.transaction(async (change) => {
      const locked = await change.repositories.lockById(source);
      if (locked !== undefined) await putNewRequest(change, locked, asked, at);
    });
  } catch (error) {
    // It is asked for already, is there no more, or too many wait: the end of the approval is told all the same.
    if (!isRegistryError(error) || isRegistryError(error, "Kms")) throw error;
  }
}
