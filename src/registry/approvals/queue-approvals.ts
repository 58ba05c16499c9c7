import type { MetadataChange } from "../../ports/metadata-store.ts";
import { newJob } from "../jobs/job.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

export const promoteImageKind = "promote-image";
export const recheckApprovalsKind = "recheck-approvals";

/** What the jobs are told. */
export interface PromotePayload {
  readonly repositoryId: string;
  readonly request: string;
}
export interface RecheckPayload {
  readonly repositoryId: string;
  readonly digest: Digest;
}

type Change = Pick<MetadataChange, "jobs">;

/** Has what was approved brought to where it goes. */
export async function queuePromotion(
  { jobs }: Change,
  { registry, id }: RepositoryRef,
  request: string,
  now: number,
): Promise<void> {
  const payload: PromotePayload = { repositoryId: id, request };
  const wanted = { kind: promoteImageKind, key: `${id} ${request}`, registry, payload };
  await jobs.enqueue(newJob({ ...wanted, runAt: now }, now));
}

/** Has it looked at whether an image's approvals are still good, at that time or sooner. */
export async function queueRecheck(
  { jobs }: Change,
  { registry, id }: RepositoryRef,
  digest: Digest,
  { runAt, now }: { readonly runAt: number; readonly now: number },
): Promise<void> {
  const payload: RecheckPayload = { repositoryId: id, digest };
  const wanted = { kind: recheckApprovalsKind, key: `${id} ${digest}`, registry, payload, runAt };
  await jobs.enqueue(newJob(wanted, now));
}

/** The same after an image was scanned, where anything is approved. */
export async function recheckScanned(
  change: Pick<MetadataChange, "approvals" | "jobs">,
  repository: RepositoryRef,
  digest: Digest,
  now: number,
): Promise<void> {
  const approvals = await change.approvals.approvals(repository, digest);
  if (approvals.every(({ ended }) => ended !== undefined)) return;
  await queueRecheck(change, repository, digest, { runAt: now, now });
}
