import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { judgeTree } from "../gates/judge-tree.ts";
import { treeOf } from "../gates/request-judgement.ts";
import { openManifest } from "../images/get-image.ts";
import { putImage } from "../images/put-image.ts";
import { describeFailure } from "../jobs/describe-failure.ts";
import { limits } from "../limits.ts";
import { type Digest, isTag, type RepositoryName, type Tag } from "../names.ts";
import { RemovedLater } from "../replication/alive-at.ts";
import { Copying } from "../replication/copy-image.ts";
import { SameRegistryTarget } from "../replication/same-registry-target.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { type ApprovalRequest, isApprovalGood, registryAt } from "./approval.ts";
import { attestApproval } from "./attest-approval.ts";
import { concludePromotion } from "./conclude-promotion.ts";
import { copyAttached } from "./copy-attached.ts";
import { lostEvidence } from "./gather-evidence.ts";
import { type PromotionReach, promoteElsewhere } from "./promote-elsewhere.ts";
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
 * not be, the request says why; so it does while what another attempt may mend keeps it.
 * @throws what another attempt may mend: also a refusal of another registry, whose policies may change
 */
export async function promote(
  ports: Ports,
  reach: PromotionReach,
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
    await bring(ports, reach, repository, request, attestation, signal);
    await concludePromotion(ports, repository, id, { state: "DONE", reason: undefined });
  } catch (error) {
    if (signal.aborted) throw error;
    const isElsewhere = request.promotion.destination !== undefined;
    const state = isLasting(error, isElsewhere) ? "FAILED" : "PENDING";
    await concludePromotion(ports, repository, id, { state, reason: describeFailure(error) });
    if (state === "PENDING") throw error;
  }
}

function isLasting(error: unknown, isElsewhere: boolean): boolean {
  if (error instanceof RemovedLater) return true;
  if (isElsewhere && isRegistryError(error, "AccessDenied")) return false;
  return isRegistryError(error) && lasting.has(error.kind);
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

async function bring(
  ports: Ports,
  reach: PromotionReach,
  source: Repository,
  request: ApprovalRequest,
  attestation: Digest,
  signal: AbortSignal,
): Promise<void> {
  const { digest, promotion, evidence, environment } = request;
  const name = promotion?.repositoryName as RepositoryName | undefined;
  const since = request.decidedAt ?? 0; // A promotion that comes late takes no tag from a later one.
  const attached = [...evidence.referrers.map((referrer) => referrer.digest), attestation];
  const tags = await wantedTags(ports, source, digest, promotion?.tag);
  const destination = registryAt(promotion?.destination);
  if (destination !== undefined) {
    const promoted = { request, destination, name: name ?? source.name, tags, attached };
    await promoteElsewhere(ports, reach, source, promoted, signal);
    return;
  }
  if (name === undefined || name === source.name) {
    if (tags.length > 0) await tagHere(ports, source, digest, { tags, since });
    return;
  }
  const target = await approveThere(ports, source, { name, digest, environment });
  const copying = new Copying(ports, source, new SameRegistryTarget(ports, source, name, since));
  await copying.image({ digest, tags }, signal);
  await copyAttached(copying, attached, signal);
  await judgeTree(ports, target, digest);
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
  { tags, since }: { readonly tags: readonly Tag[]; readonly since: number },
): Promise<void> {
  const { registry, name } = repository;
  const image = await ports.metadata.images.find(repository, digest);
  if (image === undefined) throw new RegistryError("ImageNotFound", "The image was deleted");
  const manifest = await openManifest(ports, repository, image);
  const wanted = { manifest, mediaType: image.mediaType, digest, tags, tagsAsOf: since };
  await putImage(ports, registry, name, { ...wanted, repeat: "accept" });
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
