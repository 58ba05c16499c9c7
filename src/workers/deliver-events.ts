import type { Ports } from "../ports/ports.ts";
import type { Delivery, DeliveryQueue } from "../registry/events/delivery.ts";
import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";
import {
  deadLetterOf,
  holdQueues,
  type LaneOutcome,
  settleRound,
} from "../registry/events/hold-queue.ts";
import type { EventTarget } from "../registry/events/rule.ts";
import { type TargetMeans, TargetSender } from "../registry/events/send-to-target.ts";
import { deliverRound, isDown, type Round, type RoundObserver } from "./deliver-round.ts";

export interface DeliveryObserver extends RoundObserver {
  /** Queues could not be looked at, or what was done not be written down. They come again. */
  failed(error: unknown): void;
}

/**
 * Delivers events to targets. Any number of processes may do so on one database: a target is served by
 * one of them at a time. It does nothing by itself: see `startDeliveries`.
 */
export class EventDeliverer {
  readonly #ports: Ports;
  readonly #means: TargetMeans;
  readonly #observer: DeliveryObserver;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(ports: Ports, means: TargetMeans, observer: DeliveryObserver) {
    this.#ports = ports;
    this.#means = means;
    this.#observer = observer;
  }

  /** Begins with as many targets as there are free places for; resolves to how many. */
  async tick(): Promise<number> {
    const free = eventRuleLimits.queuesAtOnce - this.#running.size;
    if (free <= 0 || this.#stopping.signal.aborted) return 0;
    const held = await holdQueues(this.#ports, free);
    for (const queue of held) {
      const running = this.#drain(queue)
        .catch((error: unknown) => this.#observer.failed(error))
        .finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
    return held.length;
  }

  /** Resolves when nothing runs any more, if nothing is begun meanwhile. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Begins nothing more; what is being sent is cut short, and sent again by whoever comes next. */
  quit(): void {
    this.#stopping.abort(new Error("the process stops"));
  }

  /** Serves one target until nothing of it is due, it does not answer, or its turn is over. */
  async #drain(first: DeliveryQueue): Promise<void> {
    const ports = this.#ports;
    const { signal } = this.#stopping;
    const until = ports.clock.now() + eventRuleLimits.turnMs;
    let queue: DeliveryQueue | undefined = first;
    while (queue !== undefined) {
      const now = ports.clock.now();
      const { failures, lastError } = queue;
      if (signal.aborted || now >= until) {
        // What is due still comes after targets that have waited for longer.
        const releaseUntil = now >= until ? now : 0;
        await settleRound(ports, queue, { lanes: [], failures, lastError, releaseUntil });
        return;
      }
      const { rule: name, targetId } = queue;
      const ref = { registry: queue.registry, name };
      const target = await ports.metadata.eventRules.findTarget(ref, targetId);
      if (target?.uid !== queue.target) {
        queue = await this.#discard(queue);
        continue;
      }
      const aged = await this.#aged(queue, target);
      if (aged.length > 0) {
        queue = await this.#bury(queue, target, aged);
        continue;
      }
      const most = isDown(queue) ? 1 : eventRuleLimits.lanesAtOnce;
      const lanes = await ports.metadata.eventDeliveries.lanes(queue, now, most);
      if (lanes.length === 0) {
        await settleRound(ports, queue, { lanes: [], failures, lastError, releaseUntil: 0 });
        return;
      }
      const sender = new TargetSender(ports, this.#means, target);
      const round: Round = { queue, target, sender, signal, observer: this.#observer };
      queue = await settleRound(ports, queue, await deliverRound(ports, round, lanes));
    }
  }

  /** What waits for a target that is no more. */
  async #discard(queue: DeliveryQueue): Promise<DeliveryQueue | undefined> {
    const limit = eventRuleLimits.deadLettersAtOnce;
    const found = await this.#ports.metadata.eventDeliveries.oldest(queue, limit);
    const lanes = byPartition(found).map(([partition, delivered]) => ({
      ...{ partition, delivered, dead: [], deadSequences: [] },
    }));
    const releaseUntil = found.length === 0 ? 0 : undefined;
    return settleRound(this.#ports, queue, {
      lanes,
      failures: 0,
      lastError: undefined,
      releaseUntil,
    });
  }

  /** The first that are too old to be attempted any more. */
  async #aged(queue: DeliveryQueue, target: EventTarget): Promise<Delivery[]> {
    const { eventDeliveries } = this.#ports.metadata;
    const seconds = target.settings.maximumEventAgeSeconds ?? eventRuleLimits.eventAgeSeconds;
    const now = this.#ports.clock.now();
    const isAged = ({ queuedAt }: Delivery) => queuedAt + seconds * 1_000 < now;
    const [oldest] = await eventDeliveries.oldest(queue, 1);
    if (oldest === undefined || !isAged(oldest)) return [];
    return (await eventDeliveries.oldest(queue, eventRuleLimits.deadLettersAtOnce)).filter(isAged);
  }

  async #bury(
    queue: DeliveryQueue,
    target: EventTarget,
    aged: readonly Delivery[],
  ): Promise<DeliveryQueue | undefined> {
    const now = this.#ports.clock.now();
    const { failures, lastError } = queue;
    const reason = lastError ?? "The event was not delivered in time";
    const why = { targetArn: target.arn, code: "EVENT_AGE_EXCEEDED" as const, reason };
    const lanes = byPartition(aged).map(
      ([partition, deliveries]): LaneOutcome => ({
        partition,
        delivered: [],
        dead: deliveries.map((each) => deadLetterOf(queue, each, why, each.attempts, now)),
        deadSequences: deliveries.map(({ sequence }) => sequence),
      }),
    );
    return settleRound(this.#ports, queue, { lanes, failures, lastError });
  }
}

function byPartition(deliveries: readonly Delivery[]): [string, Delivery[]][] {
  return [...Map.groupBy(deliveries, ({ partition }) => partition)];
}
