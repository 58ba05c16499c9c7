import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { addDeleteEvents } from "../events/image-action-event.ts";
import { addLifecycleRunEvent } from "../events/lifecycle-run-event.ts";
import { judgeSigned, judgeUntagged } from "../gates/request-judgement.ts";
import { archiveImage, whyNotArchivable } from "../images/storage-class.ts";
import { type Digest, repositoryArn, type Tag } from "../names.ts";
import { recordRemoval } from "../replication/record-removal.ts";
import type { Repository } from "../repositories/repository.ts";
import { discardImage } from "../trash/discard-image.ts";
import type { CandidateImage } from "./candidate-image.ts";
import { compileLifecycle } from "./compile-lifecycle.ts";
import type { EvaluatedLifecycle, LifecycleVerdict } from "./evaluate-lifecycle.ts";
import { evaluateRepository, freedBytes } from "./evaluate-repository.ts";
import { lifecycleLimits } from "./lifecycle-limits.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";
import { lifecycleRules } from "./lifecycle-rules.ts";
import { policyExecutionEvents } from "./policy-execution-event.ts";
import type { LifecycleRun, LifecycleRunImage, StoredLifecycle } from "./stored-lifecycle.ts";

export interface RunOptions {
  /** How long what expires can be brought back. */
  readonly trashMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at the images of a repository and does what its rules say, some at a time. Where somebody
 * changes what the rules look at meanwhile, it looks again; what it did is as if it had looked just
 * then. Images are never acted on for what was true a moment ago: a tag that moves onto one keeps it.
 * @returns what was done; `undefined` where there was nothing to do, or no policy any more
 * @throws when `signal` is aborted; what was done by then is done
 */
export async function runLifecycle(
  ports: Ports,
  repository: Repository,
  options: RunOptions,
): Promise<LifecycleRun | undefined> {
  let run: Run | undefined;
  for (let attempt = 0; attempt < lifecycleLimits.attempts; attempt++) {
    // Before the images: what is pushed from here on is seen to be more.
    const before = await ports.metadata.repositories.findById(repository);
    const lifecycle = await ports.metadata.lifecycle.find(repository);
    if (before === undefined || lifecycle === undefined) break;
    const now = ports.clock.now();
    const rules = compileLifecycle(lifecycleRules(lifecycle, ports.tagPatterns), ports.tagPatterns);
    const { signal } = options;
    const found = await evaluateRepository(ports, repository, rules, now, signal);
    const { verdicts, blocked } = found;
    // What stays all the same is told once, and not at every look.
    const isFirst = (lifecycle.evaluatedAt ?? 0) < lifecycle.putAt;
    if (run === undefined && (verdicts.length > 0 || (isFirst && blocked.length > 0))) {
      run = new Run(ports, repository, lifecycle, options);
      await run.begin(found, now);
    }
    const isDone = verdicts.length === 0 || (await run!.act(lifecycle, found, now));
    const hasActed = verdicts.length > 0;
    if (isDone && (await settle(ports, before, lifecycle, found, { now, hasActed }))) break;
  }
  return run?.end();
}

/** Where nothing falls due by time alone. */
const never = Number.MAX_SAFE_INTEGER;

/**
 * Writes down when to look again. False when something was changed since the evaluation: then that says
 * nothing.
 * @param repository as it was before that
 */
function settle(
  { metadata }: Ports,
  repository: Repository,
  lifecycle: StoredLifecycle,
  { blocked, nextDueAt = never }: EvaluatedLifecycle,
  { now, hasActed }: { readonly now: number; readonly hasActed: boolean },
): Promise<boolean> {
  return metadata.transaction(async (change) => {
    const locked = await change.repositories.lockById(repository);
    const current = await change.lifecycle.find(repository);
    if (locked === undefined || current === undefined) return true;
    if (!isSame(current, lifecycle)) return false;
    await change.lifecycle.setEvaluated(repository, now);
    // That a use ends nobody tells.
    const isInUse = blocked.some(({ reason }) => reason === "InUse");
    const lookAt = isInUse ? Math.min(nextDueAt, now + lifecycleLimits.useRetryMs) : nextDueAt;
    // What went may have let others go, children of an index; what was pushed may push others out.
    const isMore = locked.imageCount > repository.imageCount;
    const dueAt = hasActed || isMore ? now : lookAt;
    await change.lifecycle.setDue(repository, dueAt);
    return true;
  });
}

function isSame(now: StoredLifecycle, before: StoredLifecycle): boolean {
  return now.version === before.version && now.changes === before.changes;
}

/** One run, as it is written down. */
class Run {
  readonly #ports: Ports;
  readonly #repository: Repository;
  readonly #options: RunOptions;
  readonly #rules: readonly LifecycleRule[];
  #run: LifecycleRun;
  #images = 0;

  constructor(
    ports: Ports,
    repository: Repository,
    lifecycle: StoredLifecycle,
    options: RunOptions,
  ) {
    const at = ports.clock.now();
    this.#ports = ports;
    this.#rules = lifecycleRules(lifecycle, ports.tagPatterns);
    this.#repository = repository;
    this.#options = options;
    this.#run = {
      repository: { registry: repository.registry, id: repository.id },
      id: `${at}-${randomUUID()}`,
      name: repository.name,
      at,
      policy: lifecycle.policy,
      extension: lifecycle.extension,
      policyVersion: lifecycle.version,
      previousAt: lifecycle.evaluatedAt,
      ...{ expired: 0, archived: 0, untagged: 0, failed: 0, freedBytes: 0 },
      finishedAt: undefined,
    };
  }

  /** Notes what will be free, and what stays although a rule has marked it. */
  async begin({ verdicts, blocked }: EvaluatedLifecycle, now: number): Promise<void> {
    const { metadata } = this.#ports;
    const expiring = verdicts.filter(({ action }) => action === "expire").map(digestOf);
    const { signal } = this.#options;
    const bytes = await freedBytes(this.#ports, this.#repository, expiring, signal);
    const failures: LifecycleRunImage[] = [];
    for (const verdict of blocked.slice(0, lifecycleLimits.failuresNamed)) {
      const digest = digestOf(verdict);
      const image = await metadata.lifecycle.candidate(this.#repository, digest, now);
      if (image === undefined) continue;
      failures.push({
        ...toRunImage(verdict, image),
        failure: { code: verdict.reason, reason: blockSentences[verdict.reason] },
      });
    }
    this.#run = { ...this.#run, failed: blocked.length, freedBytes: bytes };
    await metadata.transaction(async (change) => this.#note(change, failures));
    this.#images += failures.length;
  }

  /** Does what the verdicts say. False when something was changed: then the rest says nothing. */
  async act(lifecycle: StoredLifecycle, found: EvaluatedLifecycle, now: number): Promise<boolean> {
    const { verdicts } = found;
    for (let start = 0; start < verdicts.length; start += lifecycleLimits.batch) {
      this.#options.signal?.throwIfAborted();
      const batch = verdicts.slice(start, start + lifecycleLimits.batch);
      const done = await this.#ports.metadata.transaction(async (change) => {
        const locked = await change.repositories.lockById(this.#repository);
        const current = await change.lifecycle.find(this.#repository);
        if (locked === undefined || current === undefined) return undefined;
        if (!isSame(current, lifecycle)) return undefined;
        const acted: LifecycleRunImage[] = [];
        for (const verdict of batch) {
          const image = await this.#actOn(change, locked, found, verdict, now);
          if (image !== undefined) acted.push(image);
        }
        await this.#note(change, acted);
        return acted;
      });
      if (done === undefined) return false;
      this.#images += done.length;
      this.#run = count(this.#run, done);
    }
    return true;
  }

  /** Looks at the image once more: a push, a pull or a report of its use may have saved it. */
  async #actOn(
    change: MetadataChange,
    repository: Repository,
    found: EvaluatedLifecycle,
    verdict: LifecycleVerdict,
    now: number,
  ): Promise<LifecycleRunImage | undefined> {
    const digest = digestOf(verdict);
    const image = await change.lifecycle.candidate(repository, digest, now);
    if (image === undefined || !found.stillStands(verdict, image)) return undefined;
    const stored = await change.images.find(repository, digest);
    if (stored === undefined) return undefined;
    const { rulePriority } = verdict;
    const deletion = {
      at: now,
      by: "",
      keepMs: this.#options.trashMs,
      reason: { kind: "LIFECYCLE", rulePriority },
    } as const;
    switch (verdict.action) {
      case "expire":
        // What an archived index lists can not go before that.
        if ((await change.images.parents(repository, digest, 1)).length > 0) return undefined;
        await discardImage(change, repository, stored, deletion);
        return toRunImage(verdict, image);
      case "transition":
        if ((await whyNotArchivable(change, repository, stored)) !== undefined) return undefined;
        await archiveImage(change, repository, stored, now);
        return toRunImage(verdict, image);
      case "untag": {
        const tags = found.markedTags(verdict, image.tags) as readonly Tag[];
        for (const tag of tags) await change.tags.remove(repository, tag, now);
        if (tags.length > 0) {
          await addDeleteEvents(change, repository, stored, tags, now);
          await recordRemoval(change, repository, { tags, at: now });
          await judgeUntagged(change, repository, digest, now);
          await judgeSigned(change, repository, { image: stored, tags }, now);
        }
        return toRunImage(verdict, { ...image, tags });
      }
    }
  }

  /** Tells of it, unless all that was to be done was not to be done any more. */
  async end(): Promise<LifecycleRun> {
    const finishedAt = this.#ports.clock.now();
    this.#run = { ...this.#run, finishedAt };
    const { expired, archived, untagged, failed } = this.#run;
    const isTold = expired + archived + untagged + failed > 0;
    await this.#ports.metadata.transaction(async (change) => {
      const locked = await change.repositories.lockById(this.#repository);
      await change.lifecycle.putRun(this.#run);
      if (isTold && locked !== undefined)
        await addLifecycleRunEvent(change, locked, this.#run, finishedAt);
    });
    return this.#run;
  }

  /** In the transaction of what was done, so that nothing is done that is not written down. */
  async #note(change: MetadataChange, images: readonly LifecycleRunImage[]): Promise<void> {
    await change.lifecycle.putRun(count(this.#run, images));
    await change.lifecycle.addRunImages(this.#run, this.#images + 1, images);
    const { registry, name } = this.#repository;
    const events = policyExecutionEvents(this.#run, this.#rules, images).map((details) => ({
      ...({
        registry,
        eventSource: "ecr.amazonaws.com",
        eventName: "PolicyExecutionEvent",
      } as const),
      ...{ arn: repositoryArn(registry, name), details: { ...details } },
    }));
    await noteService(this.#ports, change, ...events);
  }
}

function count(run: LifecycleRun, images: readonly LifecycleRunImage[]): LifecycleRun {
  const done = images.filter(({ failure }) => failure === undefined);
  const of = (action: LifecycleVerdict["action"]) =>
    done.filter((image) => image.action === action).length;
  return {
    ...run,
    expired: run.expired + of("expire"),
    archived: run.archived + of("transition"),
    untagged: run.untagged + of("untag"),
  };
}

function toRunImage(
  verdict: LifecycleVerdict,
  { tags, pushedAt }: Pick<CandidateImage, "tags" | "pushedAt">,
): LifecycleRunImage {
  const { rulePriority, action, sizeBytes } = verdict;
  const named = tags.slice(0, lifecycleLimits.tagsNamed) as Tag[];
  return { digest: digestOf(verdict), tags: named, pushedAt, rulePriority, action, sizeBytes };
}

function digestOf({ digest }: { readonly digest: string }): Digest {
  return digest as Digest;
}

/** Why an image stays that a rule has marked. */
export const blockSentences = {
  ImageReferencedByManifestList: "The image is referenced by a manifest list.",
  InUse: "The image was reported to be in use.",
  Retained: "A rule retains the image.",
} as const;
