import type { Ports } from "../../ports/ports.ts";
import { type Approval, type ApprovalRequest, isApprovalGood } from "../approvals/approval.ts";
import { isOverdue } from "../approvals/request-approval.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { GalleryVersion, VersionState } from "./entry.ts";
import { privateGalleryLimits } from "./private-gallery-limits.ts";

/** A version, and what has become of its images: that nobody can say, it is so. */
export interface ToldVersion {
  readonly version: GalleryVersion;
  /** Of a draft that an image of is approved, or waits to be: that. */
  readonly state: VersionState | "IN_REVIEW" | "APPROVED";
  /** The newest of each environment, by environment. */
  readonly approved: readonly Pick<Approval, "environment" | "digest" | "until">[];
}

type GalleryPorts = Pick<Ports, "metadata" | "clock">;

/** The versions of a repository's entry, by name, as approvals are now. */
export async function toldVersions(
  ports: GalleryPorts,
  repository: RepositoryRef,
): Promise<ToldVersion[]> {
  const versions = await ports.metadata.privateGallery.versions(repository);
  if (versions.length === 0) return [];
  const { requestsSearched } = privateGalleryLimits;
  const { approvals } = ports.metadata;
  const approved = await approvals.newestIn(repository, "APPROVED", requestsSearched);
  const pending = await approvals.newestIn(repository, "PENDING", requestsSearched);
  const now = ports.clock.now();
  const waiting = pending.filter((request) => !isOverdue(request, now));
  const tagsOf = rememberedTags(ports, repository);
  const good: ApprovalRequest[] = [];
  for (const request of approved) if (await isStillGood(ports, request)) good.push(request);
  const told: ToldVersion[] = [];
  for (const version of versions) {
    const ofIt = await fitting(version, good, tagsOf);
    const isInReview = (await fitting(version, waiting, tagsOf)).length > 0;
    told.push({ version, state: stateOf(version, ofIt, isInReview), approved: newestOf(ofIt) });
  }
  return told;
}

function stateOf(
  { state }: GalleryVersion,
  approved: readonly ApprovalRequest[],
  isInReview: boolean,
): ToldVersion["state"] {
  if (state !== "DRAFT") return state;
  if (approved.length > 0) return "APPROVED";
  return isInReview ? "IN_REVIEW" : "DRAFT";
}

/** Whether what was asked for is still approved by that, and there. */
export async function isStillGood(
  { metadata, clock }: GalleryPorts,
  { repository, digest, environment, id }: ApprovalRequest,
): Promise<boolean> {
  const approvals = await metadata.approvals.approvals(repository, digest);
  const approval = approvals.find((each) => each.environment === environment);
  if (approval?.request !== id || !isApprovalGood(approval, clock.now())) return false;
  return (await metadata.images.find(repository, digest))?.state === "ACTIVE";
}

type TagsOf = (digest: Digest) => Promise<readonly string[]>;

function rememberedTags({ metadata }: GalleryPorts, repository: RepositoryRef): TagsOf {
  const known = new Map<Digest, readonly string[]>();
  return async (digest) => {
    const tags =
      known.get(digest) ?? (await metadata.tags.of(repository, digest, limits.tagsPerImage));
    known.set(digest, tags);
    return tags;
  };
}

async function fitting(
  { images }: GalleryVersion,
  requests: readonly ApprovalRequest[],
  tagsOf: TagsOf,
): Promise<ApprovalRequest[]> {
  if ("digest" in images) return requests.filter(({ digest }) => digest === images.digest);
  const found: ApprovalRequest[] = [];
  for (const request of requests) {
    const tags = await tagsOf(request.digest);
    if (tags.some((tag) => matchesWildcard(images.tagPattern, tag))) found.push(request);
  }
  return found;
}

function newestOf(requests: readonly ApprovalRequest[]): ToldVersion["approved"] {
  const newest = new Map<string, ApprovalRequest>();
  for (const request of requests) {
    if (!newest.has(request.environment)) newest.set(request.environment, request);
  }
  return [...newest.values()]
    .map(({ environment, digest, until = 0 }) => ({ environment, digest, until }))
    .toSorted((one, other) => (one.environment < other.environment ? -1 : 1));
}
