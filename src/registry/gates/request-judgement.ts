import { randomUUID } from "node:crypto";
import type { MetadataChange, MetadataReads } from "../../ports/metadata-store.ts";
import { recheckScanned } from "../approvals/queue-approvals.ts";
import type { Image } from "../images/image.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import { newJob } from "../jobs/job.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { signedByTag } from "../signing/verify/signature-sources.ts";
import type { Gate } from "./gate.ts";
import { gatesOf } from "./gate-matching.ts";

export const judgeImageKind = "judge-image";
export const judgeRegistryKind = "judge-registry";

/** What the job is told. */
export interface JudgePayload {
  readonly repositoryId: string;
  readonly digest: Digest;
}

/** Has an image judged, at that time or sooner. Asked for twice while it waits, it is judged once. */
export async function queueJudgement(
  { jobs }: Pick<MetadataChange, "jobs">,
  { registry, id }: RepositoryRef,
  digest: Digest,
  { runAt, now }: { readonly runAt: number; readonly now: number },
): Promise<void> {
  const payload: JudgePayload = { repositoryId: id, digest };
  const wanted = { kind: judgeImageKind, key: `${id} ${digest}`, registry, payload, runAt };
  await jobs.enqueue(newJob(wanted, now));
}

// Among the account's settings, but of a name that PutAccountSetting does not have.
const generationName = "gate generation";

/**
 * Tells one state of everything that all images of a registry are judged by from the next: a verdict
 * that was reached by another one is not written.
 */
export function judgementGeneration(
  { settings }: Pick<MetadataReads, "settings">,
  registry: Registry,
): Promise<string | undefined> {
  return settings.find(registry, generationName);
}

/**
 * Has all images of a registry judged again, in the transaction of what changed: a gate, a waiver, what
 * a document about vulnerabilities says. Whoever does so at the same time waits.
 */
export async function judgeAllAgain(
  change: Pick<MetadataChange, "settings" | "jobs">,
  registry: Registry,
  now: number,
): Promise<void> {
  await change.settings.put(registry, generationName, randomUUID());
  const wanted = { kind: judgeRegistryKind, registry, payload: null, runAt: now };
  await change.jobs.enqueue(newJob(wanted, now));
}

/** Has an image judged by what a scan found, where a gate may speak of it, or somebody has approved it. */
export async function judgeScanned(
  change: Pick<MetadataChange, "approvals" | "gates" | "jobs">,
  repository: Repository,
  digest: Digest,
  now: number,
): Promise<void> {
  const gates = gatesOf(await change.gates.list(repository.registry), repository.name);
  if (gates.length > 0) await queueJudgement(change, repository, digest, { runAt: now, now });
  await recheckScanned(change, repository, digest, now);
}

/**
 * Has images judged again that gates want signed, when something came or went that may sign them: a
 * manifest about one of them, a tag by which cosign finds signatures, an index that lists them.
 * @param tags that came or went with it
 */
export async function judgeSigned(
  change: Pick<MetadataChange, "gates" | "images" | "jobs">,
  repository: Repository,
  { image, tags }: { readonly image: Image; readonly tags: readonly Tag[] },
  now: number,
  known?: readonly Gate[],
): Promise<void> {
  const signed = tags.map(signedByTag).filter((digest) => digest !== undefined);
  if (image.subject !== undefined) signed.push(image.subject);
  if (isIndexType(image.mediaType)) signed.push(image.digest);
  if (signed.length === 0) return;
  const gates = known ?? gatesOf(await change.gates.list(repository.registry), repository.name);
  if (gates.every(({ rule }) => rule.signedBy.length === 0)) return;
  for (const digest of signed) await judgeTreeAgain(change, repository, digest, now);
}

/** Has an image judged that has lost a tag, and all that it lists, where a gate goes by tags. */
export async function judgeUntagged(
  change: Pick<MetadataChange, "gates" | "images" | "jobs">,
  repository: Repository,
  digest: Digest,
  now: number,
): Promise<void> {
  const gates = gatesOf(await change.gates.list(repository.registry), repository.name);
  if (gates.every(({ rule }) => rule.tags.length === 0)) return;
  await judgeTreeAgain(change, repository, digest, now);
}

/** The same for what changed of one repository's image, or of an index and all that it lists. */
export async function judgeTreeAgain(
  change: Pick<MetadataChange, "images" | "jobs">,
  repository: RepositoryRef,
  digest: Digest,
  now: number,
): Promise<readonly Digest[]> {
  const tree = await treeOf(change, repository, digest);
  for (const each of tree) await queueJudgement(change, repository, each, { runAt: now, now });
  return tree;
}

/** A manifest and everything that it lists, each once, itself first. */
export async function treeOf(
  { images }: Pick<MetadataReads, "images">,
  repository: RepositoryRef,
  digest: Digest,
): Promise<readonly Digest[]> {
  const seen = new Set<Digest>([digest]);
  for (const each of seen) {
    if (seen.size > limits.indexWalkNodes) break;
    for (const reference of await images.references(repository, each)) {
      if (reference.kind === "child") seen.add(reference.digest);
    }
  }
  return [...seen];
}
