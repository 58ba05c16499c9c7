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

  /** Serves one target until nothing of it is due, or it does not answer. */
  async #drain(first: DeliveryQueue): Promise<void> {
    const ports = this.#ports;
    const { signal } = this.#stopping;
    let queue: DeliveryQueue | undefined = first;
    while (queue !== undefined) {
      const { rule: name, targetId } = queue;
      const ref = { registry: queue.registry, name };
      const target = await ports.metadata.eventRules.findTarget(ref, targetId);
      if (target?.uid !== queue.target) {
        queue = await this.#discard(queue);
        continue;
      }
      queue = await this.#buryAged(queue, target);
      if (queue === undefined) return;
      const most = isDown(queue) ? 1 : eventRuleLimits.lanesAtOnce;
      const lanes = await ports.metadata.eventDeliveries.lanes(queue, ports.clock.now(), most);
      const { failures, lastError } = queue;
      if (lanes.length === 0 || signal.aborted) {
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

  /** What is too old is not attempted any more, however much there is of it. */
  async #buryAged(queue: DeliveryQueue, target: EventTarget): Promise<DeliveryQueue | undefined> {
    const { metadata, clock } = this.#ports;
    const seconds = target.settings.maximumEventAgeSeconds ?? eventRuleLimits.eventAgeSeconds;
    let held: DeliveryQueue | undefined = queue;
    while (held !== undefined) {
      const now = clock.now();
      const [oldest] = await metadata.eventDeliveries.oldest(held, 1);
      const isAged = ({ queuedAt }: Delivery) => queuedAt + seconds * 1_000 < now;
      if (oldest === undefined || !isAged(oldest)) return held;
      const limit = eventRuleLimits.deadLettersAtOnce;
      const aged = (await metadata.eventDeliveries.oldest(held, limit)).filter(isAged);
      const { failures, lastError } = held;
      const reason = lastError ?? "The event was not delivered in time";
      const why = { targetArn: target.arn, code: "EVENT_AGE_EXCEEDED" as const, reason };
      const of = held;
      const lanes = byPartition(aged).map(
        ([partition, deliveries]): LaneOutcome => ({
          partition,
          delivered: [],
          dead: deliveries.map((each) => deadLetterOf(of, each, why, each.attempts, now)),
          deadSequences: deliveries.map(({ sequence }) => sequence),
        }),
      );
      held = await settleRound(this.#ports, held, { lanes, failures, lastError });
    }
    return undefined;
  }
}

function byPartition(deliveries: readonly Delivery[]): [string, Delivery[]][] {
  return [...Map.groupBy(deliveries, ({ partition }) => partition)];
}
