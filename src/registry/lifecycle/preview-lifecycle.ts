import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { RegistryError } from "../errors.ts";
import { newJob } from "../jobs/job.ts";
import {
  type Digest,
  type Registry,
  type RepositoryName,
  repositoryArn,
  type Tag,
} from "../names.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { compileLifecycle } from "./compile-lifecycle.ts";
import type { BlockedVerdict, EvaluatedLifecycle, LifecycleVerdict } from "./evaluate-lifecycle.ts";
import { evaluateRepository, freedBytes } from "./evaluate-repository.ts";
import { lifecycleLimits } from "./lifecycle-limits.ts";
import { lifecycleRules } from "./lifecycle-rules.ts";
import { lifecycleNotFound } from "./put-lifecycle.ts";
import type { LifecyclePreview, LifecycleSummary, PreviewedImage } from "./stored-lifecycle.ts";

/** The kind of job that makes previews. Its key is the repository's id. */
export const previewKind = "lifecycle-preview";

export interface PreviewPayload {
  readonly name: RepositoryName;
  readonly repositoryId: string;
  readonly previewId: string;
}

/**
 * Begins a preview in the place of the last one; it is made in the background. What is not given is
 * the repository's own, unless none is wanted: `null`. Source: ECR, StartLifecyclePolicyPreview.
 * @throws RepositoryNotFound
 * @throws InvalidParameter where a text is none
 * @throws LifecyclePolicyNotFound where nothing is given and nothing is there
 * @throws LifecyclePolicyPreviewInProgress
 */
export function startPreview(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  texts: { readonly policy?: string | undefined; readonly extension?: string | null | undefined },
): Promise<LifecyclePreview> {
  const now = ports.clock.now();
  const id = randomUUID();
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const own = await change.lifecycle.find(repository);
    const policy = texts.policy ?? own?.policy;
    const extension =
      texts.extension === undefined ? own?.extension : (texts.extension ?? undefined);
    if (policy === undefined && extension === undefined) throw lifecycleNotFound(registry, name);
    lifecycleRules({ policy, extension }, ports.tagPatterns);
    const before = await change.lifecycle.preview(repository);
    const isUnderWay = before?.status === "IN_PROGRESS";
    // Its job may have ended while the repository lay in the trash.
    if (isUnderWay && now - before.startedAt < lifecycleLimits.previewStaleMs) {
      throw inProgress(repository);
    }
    const preview: LifecyclePreview = {
      repository: { registry, id: repository.id },
      id,
      policy,
      extension,
      status: "IN_PROGRESS",
      startedAt: now,
      finishedAt: undefined,
      summary: undefined,
    };
    await change.lifecycle.putPreview(preview);
    const payload: PreviewPayload = { name, repositoryId: repository.id, previewId: id };
    const job = { kind: previewKind, key: repository.id, registry, payload, runAt: now };
    await change.jobs.enqueue(newJob(job, now));
    return preview;
  });
}

/**
 * The preview of a repository; one that is too old to say anything is not given.
 * @throws RepositoryNotFound, LifecyclePolicyPreviewNotFound
 */
export async function findPreview(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
): Promise<{ preview: LifecyclePreview; repository: Repository; isExpired: boolean }> {
  const repository = await findRepository(ports, registry, name);
  const preview = await ports.metadata.lifecycle.preview(repository);
  if (preview === undefined) throw previewNotFound(registry, name);
  const age = ports.clock.now() - (preview.finishedAt ?? ports.clock.now());
  return { preview, repository, isExpired: age > lifecycleLimits.previewLifeMs };
}

/** Makes the preview. Twice is as good as once. */
export async function makePreview(
  ports: Ports,
  repository: Repository,
  previewId: string,
  signal: AbortSignal,
): Promise<void> {
  const preview = await ports.metadata.lifecycle.preview(repository);
  if (preview?.id !== previewId || preview.status !== "IN_PROGRESS") return;
  const now = ports.clock.now();
  const rules = compileLifecycle(lifecycleRules(preview, ports.tagPatterns), ports.tagPatterns);
  const found = await evaluateRepository(ports, repository, rules, now, signal);
  const summary = await summarize(ports, repository, found, signal);
  // From the beginning, where an earlier attempt broke off.
  await whileWanted(ports, preview, (change) => change.lifecycle.putPreview(preview));
  const all: readonly (LifecycleVerdict & Partial<BlockedVerdict>)[] = [
    ...found.verdicts,
    ...found.blocked,
  ];
  for (let start = 0; start < all.length; start += lifecycleLimits.page) {
    signal.throwIfAborted();
    const images: PreviewedImage[] = [];
    for (const verdict of all.slice(start, start + lifecycleLimits.page)) {
      images.push(...(await previewed(ports, repository, found, verdict, now)));
    }
    await whileWanted(ports, preview, (change) =>
      change.lifecycle.addPreviewed(repository, start + 1, images),
    );
  }
  await finish(ports, repository, { ...preview, status: "COMPLETE", summary });
}

/** When it can't be made. */
export async function failPreview(
  ports: Ports,
  repository: Repository,
  previewId: string,
): Promise<void> {
  const preview = await ports.metadata.lifecycle.preview(repository);
  if (preview?.id === previewId) {
    await finish(ports, repository, { ...preview, status: "FAILED" });
  }
}

async function finish(
  ports: Ports,
  { registry, name: repositoryName }: Repository,
  preview: LifecyclePreview,
): Promise<void> {
  const finishedAt = ports.clock.now();
  const { id: previewId, status, summary } = preview;
  await whileWanted(ports, preview, async (change) => {
    await change.lifecycle.putPreview({ ...preview, finishedAt });
    const details = { repositoryName, previewId, status, ...(summary && { summary }) };
    const arn = repositoryArn(registry, repositoryName);
    const event = { eventSource: "ecr.amazonaws.com", eventName: "DryRunEvent" } as const;
    await noteService(ports, change, { ...event, registry, arn, details });
  });
}

/** Writes nothing for a preview that another one has replaced, or that another attempt has finished. */
function whileWanted(
  { metadata }: Ports,
  { repository, id }: LifecyclePreview,
  work: (change: MetadataChange) => Promise<void>,
): Promise<void> {
  return metadata.transaction(async (change) => {
    await change.repositories.lockById(repository);
    const current = await change.lifecycle.preview(repository);
    if (current?.id === id && current.status === "IN_PROGRESS") await work(change);
  });
}

async function summarize(
  ports: Ports,
  repository: Repository,
  found: EvaluatedLifecycle,
  signal: AbortSignal,
): Promise<LifecycleSummary> {
  const of = (wanted: LifecycleVerdict["action"]) =>
    found.verdicts.filter(({ action }) => action === wanted);
  const expiring = of("expire");
  const digests = expiring.map(({ digest }) => digest as Digest);
  return {
    expiring: expiring.length,
    transitioning: of("transition").length,
    untagging: of("untag").length,
    blocked: found.blocked.length,
    freedBytes: await freedBytes(ports, repository, digests, signal),
    rules: found.rules,
  };
}

async function previewed(
  { metadata }: Ports,
  repository: Repository,
  found: EvaluatedLifecycle,
  verdict: LifecycleVerdict & Partial<BlockedVerdict>,
  now: number,
): Promise<PreviewedImage[]> {
  const digest = verdict.digest as Digest;
  const image = await metadata.lifecycle.candidate(repository, digest, now);
  if (image === undefined) return [];
  const { action, rulePriority, sizeBytes, reason, retainedBy } = verdict;
  return [
    {
      ...{ digest, tags: image.tags, pushedAt: image.pushedAt, storageClass: image.storageClass },
      ...{ action, rulePriority, sizeBytes },
      markedTags: found.markedTags(verdict, image.tags) as readonly Tag[],
      ...(reason === undefined ? {} : { blockedBy: reason }),
      ...(retainedBy === undefined ? {} : { retainedBy }),
    },
  ];
}

function inProgress({ registry, name }: Repository): RegistryError {
  return new RegistryError(
    "LifecyclePolicyPreviewInProgress",
    `Lifecycle policy preview is in progress for the repository with name '${name}' in the registry with id '${registry.account}'`,
  );
}

function previewNotFound(registry: Registry, name: RepositoryName): RegistryError {
  return new RegistryError(
    "LifecyclePolicyPreviewNotFound",
    `Lifecycle policy preview does not exist for the repository with name '${name}' in the registry with id '${registry.account}'`,
  );
}
