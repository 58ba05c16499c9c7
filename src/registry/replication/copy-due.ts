import type { Ports } from "../../ports/ports.ts";
import type { ReplicationLane } from "../../ports/replication-store.ts";
import { retryDelayMs } from "../jobs/retry-delay.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Copying } from "./copy-image.ts";
import { copyingOf } from "./copying-of.ts";
import type { ImageReplication } from "./image-replication.ts";
import type { Reach } from "./reach.ts";
import { addGivenUpEvent, addReplicationFailure } from "./replication-event.ts";
import { failureOf, type ReplicationFailure } from "./replication-failure.ts";
import { replicationLimits } from "./replication-limits.ts";

const { imagesAtOnce, imagesPerRun, copiesAtOnce, runMs } = replicationLimits;

interface LaneParts {
  readonly ports: Ports;
  readonly reach: Reach;
  readonly lane: ReplicationLane & { readonly repository: Repository };
  readonly signal: AbortSignal;
  /** From 0 to 1: part of how long to wait for the next try. */
  readonly chance: () => number;
}

/**
 * Copies the images of a lane that are due, several at once. What fails is tried again later, or given
 * up; either way the others go on, but where the destination as a whole can not be reached: a first one
 * finds that out, before the others are tried.
 * @returns when the lane may be worked on again; 0: whenever something is due
 */
export async function copyDue(parts: LaneParts): Promise<{ readonly notBefore: number }> {
  const run = new LaneRun(parts);
  await run.finished();
  return { notBefore: run.notBefore };
}

class LaneRun {
  readonly #parts: LaneParts;
  /** Begins nothing more from then on. */
  readonly #until: number;
  readonly #underWay = new Map<Digest, { readonly tags: readonly Tag[]; done: Promise<void> }>();
  #copying: Copying | undefined;
  #width = 1;
  #begun = 0;
  #error: { readonly cause: unknown } | undefined;
  notBefore = 0;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#until = parts.ports.clock.now() + runMs;
  }

  async finished(): Promise<void> {
    for (;;) {
      for (const each of await this.#next()) this.#begin(each);
      if (this.#underWay.size === 0) break;
      await Promise.race([...this.#underWay.values()].map(({ done }) => done));
    }
    if (this.#error !== undefined) throw this.#error.cause;
  }

  /** What can be begun now. */
  async #next(): Promise<readonly ImageReplication[]> {
    const { ports, lane, signal } = this.#parts;
    if (signal.aborted) this.#error ??= { cause: signal.reason };
    const room = Math.min(this.#width, imagesPerRun - this.#begun) - this.#underWay.size;
    if (this.#error !== undefined || this.notBefore > 0 || room <= 0) return [];
    if (ports.clock.now() >= this.#until) return [];
    try {
      const due = await ports.metadata.replications.due(lane, ports.clock.now(), imagesAtOnce);
      return this.#inOrder(due).slice(0, room);
    } catch (error) {
      this.#error ??= { cause: error };
      return [];
    }
  }

  /** Where it matters, of two with one tag the second waits until the first is there. */
  #inOrder(due: readonly ImageReplication[]): readonly ImageReplication[] {
    const waiting = due.filter(({ digest }) => !this.#underWay.has(digest));
    if (this.#copying?.needsOrder === false) return waiting;
    const taken = new Set([...this.#underWay.values()].flatMap(({ tags }) => tags));
    return waiting.filter(({ tags }) => {
      const isFree = tags.every((tag) => !taken.has(tag));
      for (const tag of tags) taken.add(tag);
      return isFree;
    });
  }

  #begin(replication: ImageReplication): void {
    this.#begun += 1;
    const { digest, tags } = replication;
    const done = this.#replicate(replication)
      .then(
        (outcome) => this.#learn(replication, outcome),
        (error: unknown) => {
          this.#error ??= { cause: error };
        },
      )
      .finally(() => this.#underWay.delete(digest));
    this.#underWay.set(digest, { tags, done });
  }

  #learn({ attempts }: ImageReplication, outcome: Outcome): void {
    const { ports, chance } = this.#parts;
    if (outcome === "copied") this.#width = copiesAtOnce;
    if (typeof outcome === "string" || !outcome.isOfDestination) return;
    const retryAt = ports.clock.now() + retryDelayMs(attempts + 1, chance());
    this.notBefore = Math.max(this.notBefore, retryAt);
  }

  /** One image, and what becomes of it. */
  async #replicate(replication: ImageReplication): Promise<Outcome> {
    const { ports, reach, lane, signal, chance } = this.#parts;
    let failure: ReplicationFailure | undefined;
    try {
      this.#copying ??= await copyingOf(ports, reach, lane.repository, lane.destination);
      if (!(await this.#copying.image(replication, signal))) {
        await forget(ports, replication);
        return "passed over";
      }
    } catch (error) {
      signal.throwIfAborted(); // It was not the image's doing.
      failure = failureOf(error);
    }
    await end(ports, reach, replication, failure, chance());
    return failure ?? "copied";
  }
}

type Outcome = ReplicationFailure | "copied" | "passed over";

/** What is for other platforms goes nowhere, as if no rule led there. */
function forget(ports: Ports, replication: ImageReplication): Promise<void> {
  return ports.metadata.transaction(async ({ repositories, replications }) => {
    await repositories.lockById(replication.repository);
    const current = await replications.lock(replication);
    if (current?.revision === replication.revision) await replications.remove(replication);
  });
}

/** Writes it down, unless something more was asked for meanwhile: then that is done, too. */
function end(
  ports: Ports,
  reach: Reach,
  replication: ImageReplication,
  failure: ReplicationFailure | undefined,
  chance: number,
): Promise<void> {
  return ports.metadata.transaction(async (change) => {
    const repository = await change.repositories.lockById(replication.repository);
    const current = await change.replications.lock(replication);
    if (repository === undefined || current?.revision !== replication.revision) return;
    const now = ports.clock.now();
    const attempts = current.attempts + 1;
    if (failure === undefined) {
      await change.replications.put({
        ...{ ...current, status: "COMPLETE", attempts, tags: [], dueAt: undefined, endedAt: now },
        ...{ failureCode: undefined, failure: undefined },
      });
      return;
    }
    const told = { ...current, attempts, failureCode: failure.code, failure: failure.sentence };
    if (!failure.isFinal && attempts < replicationLimits.attempts) {
      const dueAt = now + retryDelayMs(attempts, chance);
      await change.replications.put({ ...told, dueAt });
      return;
    }
    await change.replications.put({ ...told, status: "FAILED", dueAt: undefined, endedAt: now });
    const { destination, digest, tags } = replication;
    const { code } = failure;
    await addGivenUpEvent(change, repository, {
      ...{ action: "COPY", digest, tags, destination, code, at: now },
    });
    // Who may not come in tells nothing there, and a peer's events are its own.
    if (failure.code === "AccessDenied" || !reach.regions.includes(destination.region)) return;
    const from = repository.registry;
    await addReplicationFailure(change, destination, repository.name, {
      from,
      digest,
      tags,
      at: now,
    });
  });
}
