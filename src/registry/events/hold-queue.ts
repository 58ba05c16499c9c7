/**
 * Whose turn a queue is. One process at a time delivers what waits for a target: it holds the queue for
 * a while, and says again and again that it still does. If it is not heard of, another one goes on; what
 * was sent and not written down is sent again then.
 */
import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invariant } from "../errors.ts";
import type { DeadLetter, DeadLetterCode, Delivery, DeliveryQueue } from "./delivery.ts";
import type { RegistryEvent } from "./event.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";

type Needed = Pick<Ports, "metadata" | "clock">;

/** Takes queues that are due. Each has a holder of its own. Costs one read while none is. */
export async function holdQueues(
  { metadata, clock }: Needed,
  limit: number,
): Promise<DeliveryQueue[]> {
  const first = await metadata.eventDeliveries.nextDue();
  if (limit <= 0 || first === undefined || first > clock.now()) return [];
  return metadata.transaction(async ({ eventDeliveries }) => {
    const now = clock.now();
    const held: DeliveryQueue[] = [];
    for (const queue of await eventDeliveries.lockDue(now, limit)) {
      const mine = {
        ...queue,
        holder: randomUUID(),
        nextAt: now + eventRuleLimits.queueLeaseMs,
      };
      await eventDeliveries.replace(mine);
      held.push(mine);
    }
    return held;
  });
}

/** What became of the deliveries of one partition, in their order. */
export interface LaneOutcome {
  readonly partition: string;
  readonly delivered: readonly Delivery[];
  /** What comes onto other buses by that. */
  readonly onward?: readonly RegistryEvent[];
  readonly dead: readonly DeadLetter[];
  /** The sequence numbers of `dead`. */
  readonly deadSequences: readonly number[];
  /** The one that failed and is the first now. */
  readonly failed?: { readonly delivery: Delivery; readonly retryAt: number } | undefined;
}

export interface RoundOutcome {
  readonly lanes: readonly LaneOutcome[];
  /** Failures in a row so far. */
  readonly failures: number;
  readonly lastError: string | undefined;
  /** Has lanes that wait be due at once: the target answers again. */
  readonly hasten?: boolean;
  /** Lets go of the queue until that time, or until its first lane is due where that is later. */
  readonly releaseUntil?: number | undefined;
}

/**
 * Writes down a round, if `held` still holds; else nothing of it, and whoever holds the queue by now
 * sends it again: of a queue that was empty meanwhile, the same sequence numbers are other events.
 * Resolves to the queue as it is held on, `undefined` where it is not.
 */
export function settleRound(
  { metadata, clock }: Needed,
  held: DeliveryQueue,
  outcome: RoundOutcome,
): Promise<DeliveryQueue | undefined> {
  return metadata.transaction(async (change) => {
    const { eventDeliveries } = change;
    const now = clock.now();
    const queue = await eventDeliveries.lock(held);
    if (queue?.holder !== held.holder) return undefined;
    await passOn(
      change,
      outcome.lanes.flatMap(({ onward = [] }) => onward),
      now,
    );
    for (const lane of outcome.lanes) await settleLane(change, queue, lane, now);
    if (outcome.hasten) await eventDeliveries.hastenLanes(queue, now);
    const { failures, lastError, releaseUntil } = outcome;
    const next = { ...queue, failures, lastError };
    if (releaseUntil === undefined) {
      const mine = { ...next, nextAt: now + eventRuleLimits.queueLeaseMs };
      await eventDeliveries.replace(mine);
      return mine;
    }
    const nextLane = await eventDeliveries.nextLane(queue);
    if (nextLane === undefined) await eventDeliveries.remove(queue);
    else {
      const nextAt = Math.max(nextLane, releaseUntil);
      await eventDeliveries.replace({ ...next, holder: "", nextAt });
    }
    return undefined;
  });
}

/** Each event comes onto a bus once, by whatever ways; what is told again, each time. */
async function passOn(
  { eventBuses, outbox }: MetadataChange,
  events: readonly RegistryEvent[],
  now: number,
): Promise<void> {
  const known = new Set<RegistryEvent>();
  // In one order, so that two that bring the same events do not wait for one another.
  for (const event of events.toSorted(byArrival)) {
    if (event.replay !== undefined) continue;
    if (!(await eventBuses.arrive(event.registry, event.id, now))) known.add(event);
  }
  for (const event of events) if (!known.has(event)) await outbox.add(event);
}

function byArrival(a: RegistryEvent, b: RegistryEvent): number {
  return a.id < b.id ? -1 : 1;
}

async function settleLane(
  { eventDeliveries, deadLetters }: MetadataChange,
  queue: DeliveryQueue,
  { partition, delivered, dead, deadSequences, failed }: LaneOutcome,
  now: number,
): Promise<void> {
  const gone = delivered.map(({ sequence }) => sequence);
  await eventDeliveries.removeDelivered(queue, [...gone, ...deadSequences]);
  invariant(dead.length === deadSequences.length, "each dead letter was a delivery");
  await deadLetters.insert(dead);
  if (failed !== undefined) {
    await eventDeliveries.setAttempts(failed.delivery, failed.delivery.attempts + 1);
  }
  // Without reading: a transaction that waits for an answer for each lane takes long.
  // One that was served comes after those that wait.
  await eventDeliveries.setLane(queue, { partition, nextAt: failed?.retryAt ?? now });
  await eventDeliveries.closeLane(queue, partition);
}

/** What is left of a delivery that will not be attempted any more. */
export function deadLetterOf(
  queue: DeliveryQueue,
  delivery: Delivery,
  why: { readonly targetArn: string; readonly code: DeadLetterCode; readonly reason: string },
  attempts: number,
  now: number,
): DeadLetter {
  const { registry, eventId, partition, envelope, passed, queuedAt } = delivery;
  // In order also where several come to be at one time: that is how they are delivered again.
  const order = [String(now).padStart(15, "0"), String(delivery.sequence).padStart(12, "0")];
  return {
    ...{ registry, id: [...order, randomUUID().slice(0, 23)].join("-") },
    ...{ rule: queue.rule, targetId: queue.targetId, targetArn: why.targetArn },
    ...{ eventId, partition, envelope, queuedAt, attempts, code: why.code },
    ...(passed === undefined ? {} : { passed }),
    reason: why.reason.slice(0, eventRuleLimits.deadLetterReasonCharacters),
    at: now,
  };
}

/** How long after the n-th failure the next attempt is; twice as long each time, a part by chance. */
export function redeliveryDelayMs(
  failures: number,
  chance: number,
  maximumMs: number = eventRuleLimits.retryMaximumMs,
): number {
  const doubled = eventRuleLimits.retryMs * 2 ** Math.min(Math.max(failures, 1) - 1, 30);
  const most = Math.min(doubled, maximumMs);
  return Math.round(most / 2 + (most / 2) * chance);
}
