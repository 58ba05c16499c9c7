import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { addApprovalEvent } from "../events/approval-event.ts";
import { judgeImage } from "../gates/judge-image.ts";
import { treeOf } from "../gates/request-judgement.ts";
import { openManifest } from "../images/get-image.ts";
import { putImage } from "../images/put-image.ts";
import { limits } from "../limits.ts";
import { type Digest, isTag, type RepositoryName, type Tag } from "../names.ts";
import { Copying } from "../replication/copy-image.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ApprovalRequest, PromotionOutcome } from "./approval.ts";
import { isApprovalGood } from "./approval.ts";
import { attestApproval } from "./attest-approval.ts";
import { lostEvidence } from "./gather-evidence.ts";
import { PromotionTarget } from "./promotion-target.ts";
import { queueRecheck } from "./queue-approvals.ts";

/** What an attempt later could not mend. */
const lasting: ReadonlySet<string> = new Set([
  ...[
    "AccessDenied",
    "ImageArchived",
    "ImageNotFound",
    "ImageTagAlreadyExists",
    "InvalidParameter",
  ],
  ...["LimitExceeded", "RepositoryNotFound"],
]);

/**
 * Brings what was approved to where its environment wants it: a signed statement about the approval is
 * attached to it, it is copied with what is attached, and tagged. Again is as good as once; where it can
 * not be, the request says why.
 * @throws RegistryError for what another attempt may mend
 */
export async function promote(
  ports: Ports,
  repository: Repository,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const request = await ports.metadata.approvals.request(repository, id);
  if (request?.promotion?.state !== "PENDING") return;
  try {
    await requireStillGood(ports, repository, request);
    const attestation = await attestApproval(ports, repository, request);
    // A gate that asks for the approval may not have heard of it yet.
    await judgeTree(ports, repository, request.digest);
    await bring(ports, repository, request, attestation, signal);
    await conclude(ports, repository, id, { state: "DONE", reason: undefined });
  } catch (error) {
    if (!isRegistryError(error) || !lasting.has(error.kind)) throw error;
    await failPromotion(ports, repository, id, error.message);
  }
}

/** What was approved is promoted only as long as what it was approved by is there. */
async function requireStillGood(
  { metadata, clock }: Ports,
  repository: Repository,
  { digest, environment, id, evidence }: ApprovalRequest,
): Promise<void> {
  const approvals = await metadata.approvals.approvals(repository, digest);
  const approval = approvals.find((each) => each.environment === environment);
  if (approval?.request !== id || !isApprovalGood(approval, clock.now())) {
    throw new RegistryError("InvalidParameter", "The approval has ended");
  }
  const [lost] = await lostEvidence(metadata, repository, evidence);
  if (lost !== undefined) throw new RegistryError("InvalidParameter", lost.sentence);
}

async function judgeTree(ports: Ports, repository: Repository, digest: Digest): Promise<void> {
  const tree = await treeOf(ports.metadata, repository, digest);
  // What is listed first: what lists it is as bad as the worst of it.
  for (const each of tree.toReversed()) await judgeImage(ports, repository, each);
}

async function bring(
  ports: Ports,
  source: Repository,
  { digest, promotion, evidence, environment }: ApprovalRequest,
  attestation: Digest,
  signal: AbortSignal,
): Promise<void> {
  const name = promotion?.repositoryName as RepositoryName | undefined;
  const tags = await wantedTags(ports, source, digest, promotion?.tag);
  if (name === undefined || name === source.name) {
    if (tags.length > 0) await tagHere(ports, source, digest, tags);
    return;
  }
  const target = await approveThere(ports, source, { name, digest, environment });
  const copying = new Copying(ports, source, new PromotionTarget(ports, source, name));
  await copying.image({ digest, tags }, signal);
  for (const each of [...evidence.referrers.map((referrer) => referrer.digest), attestation]) {
    signal.throwIfAborted();
    await copyAttached(copying, each, signal);
  }
  await judgeTree(ports, target, digest);
}

/** What is held back for itself is not needed for the image to run. */
async function copyAttached(copying: Copying, digest: Digest, signal: AbortSignal): Promise<void> {
  try {
    await copying.image({ digest, tags: [] }, signal);
  } catch (error) {
    if (!isRegistryError(error, "ImageHeld")) throw error;
  }
}

/** A `*` in it stands for each tag that the image has. */
async function wantedTags(
  { metadata }: Ports,
  source: Repository,
  digest: Digest,
  pattern: string | undefined,
): Promise<readonly Tag[]> {
  if (pattern === undefined) return [];
  if (!pattern.includes("*")) return [pattern as Tag];
  const tags = await metadata.tags.of(source, digest, limits.tagsPerImage);
  const wanted = new Set(tags.map((tag) => pattern.replace("*", tag)));
  const tooLong = [...wanted].find((tag) => !isTag(tag));
  if (tooLong === undefined) return [...wanted] as Tag[];
  throw new RegistryError("InvalidParameter", `'${tooLong}' is no tag`);
}

async function tagHere(
  ports: Ports,
  repository: Repository,
  digest: Digest,
  tags: readonly Tag[],
): Promise<void> {
  const { registry, name } = repository;
  const image = await ports.metadata.images.find(repository, digest);
  if (image === undefined) throw new RegistryError("ImageNotFound", "The image was deleted");
  const manifest = await openManifest(ports, repository, image);
  const wanted = { manifest, mediaType: image.mediaType, digest, tags, repeat: "accept" as const };
  await putImage(ports, registry, name, wanted);
}

/** Before anything of it is there, so that a gate which asks for the approval finds it. */
function approveThere(
  { metadata, clock }: Ports,
  source: Repository,
  wanted: { readonly name: RepositoryName; readonly digest: Digest; readonly environment: string },
): Promise<Repository> {
  const { name, environment } = wanted;
  return metadata.transaction(async (change) => {
    const target = await lockRepository(change, source.registry, name);
    for (const digest of await treeOf(change, source, wanted.digest)) {
      const approvals = await change.approvals.approvals(source, digest);
      const approval = approvals.find((each) => each.environment === environment);
      if (approval === undefined) continue;
      const repository = { registry: target.registry, id: target.id };
      await change.approvals.putApproval({ ...approval, repository });
      if (digest !== wanted.digest) continue;
      const times = { runAt: approval.until, now: clock.now() };
      await queueRecheck(change, target, digest, times);
    }
    return target;
  });
}

/** Says of a request that it is approved, and that what was approved did not get where it should. */
export function failPromotion(
  ports: Pick<Ports, "metadata" | "clock">,
  repository: Repository,
  id: string,
  reason: string,
): Promise<void> {
  return conclude(ports, repository, id, { state: "FAILED", reason });
}

function conclude(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  repository: Repository,
  id: string,
  outcome: Pick<PromotionOutcome, "state" | "reason">,
): Promise<void> {
  return metadata.transaction((change) => concludeIn(change, repository, id, outcome, clock.now()));
}

/** The same inside a transaction. */
export async function concludeIn(
  change: MetadataChange,
  { registry, id: repositoryId }: Pick<Repository, "registry" | "id">,
  id: string,
  outcome: Pick<PromotionOutcome, "state" | "reason">,
  at: number,
): Promise<void> {
  const locked = await change.repositories.lockById({ registry, id: repositoryId });
  const request = locked && (await change.approvals.request(locked, id));
  if (locked === undefined || request?.promotion?.state !== "PENDING") return;
  const next = { ...request, promotion: { ...request.promotion, ...outcome } };
  await change.approvals.putRequest(next);
  const action = outcome.state === "DONE" ? "PROMOTED" : "PROMOTION_FAILED";
  await addApprovalEvent(change, locked, next, { action, by: undefined, at });
}
