import { randomInt } from "node:crypto";
import type { Ports } from "../ports/ports.ts";
import type {
  DeadLetter,
  Delivery,
  DeliveryLane,
  DeliveryQueue,
} from "../registry/events/delivery.ts";
import type { RegistryEvent } from "../registry/events/event.ts";
import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";
import {
  deadLetterOf,
  type LaneOutcome,
  type RoundOutcome,
  redeliveryDelayMs,
} from "../registry/events/hold-queue.ts";
import type { EventTarget } from "../registry/events/rule.ts";
import type { TargetSender } from "../registry/events/send-to-target.ts";
import type { TargetOutcome } from "../registry/events/target-outcome.ts";

export interface RoundObserver {
  /** One attempt, whatever became of it. */
  attempted(event: { target: EventTarget; delivery: Delivery; outcome: TargetOutcome }): void;
}

export interface Round {
  readonly queue: DeliveryQueue;
  readonly target: EventTarget;
  readonly sender: TargetSender;
  readonly observer: RoundObserver;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

type Needed = Pick<Ports, "metadata" | "clock">;

/** Whether the target does not answer, and is asked by one delivery at a time until it does. */
export function isDown({ failures }: Pick<DeliveryQueue, "failures">): boolean {
  return failures >= eventRuleLimits.breakerFailures;
}

/**
 * Delivers the first of each lane, some one after the other, several lanes at once: what fails ends its
 * lane's turn. Nothing is written down yet.
 */
export async function deliverRound(
  ports: Needed,
  round: Round,
  lanes: readonly DeliveryLane[],
): Promise<RoundOutcome> {
  const { queue } = round;
  const perLane = isDown(queue)
    ? 1
    : Math.max(1, Math.floor(eventRuleLimits.deliveriesAtOnce / lanes.length));
  const ends = await Promise.all(
    lanes.map(({ partition }) => deliverLane(ports, round, partition, perLane)),
  );
  const now = ports.clock.now();
  const answered = ends.some(({ answers }) => answers > 0);
  const failing = ends.filter(({ failure }) => failure !== undefined);
  const retryAfterMs = Math.max(0, ...failing.map(({ failure }) => failure?.retryAfterMs ?? 0));
  let failures = answered ? failing.length : queue.failures + failing.length;
  // One that answers some is up, however many it does not take.
  if (answered) failures = Math.min(failures, eventRuleLimits.breakerFailures - 1);
  if (retryAfterMs > 0) failures = Math.max(failures, eventRuleLimits.breakerFailures);
  const waitMs = Math.max(0, ...ends.map(({ postponedMs }) => postponedMs));
  const outcome: RoundOutcome = {
    lanes: ends.map(({ lane }) => lane),
    failures,
    lastError: failing.at(-1)?.failure?.reason ?? (answered ? undefined : queue.lastError),
    hasten: answered && isDown(queue),
  };
  if (isDown({ failures })) {
    const past = failures - eventRuleLimits.breakerFailures + 1;
    const delayMs = redeliveryDelayMs(past, chance(), eventRuleLimits.breakerMaximumMs);
    return { ...outcome, releaseUntil: now + Math.max(delayMs, retryAfterMs) };
  }
  if (waitMs > 0) return { ...outcome, releaseUntil: now + Math.max(waitMs, leastWaitMs) };
  return round.signal.aborted ? { ...outcome, releaseUntil: 0 } : outcome;
}

/** A target that is spared is not come back to for every single delivery. */
const leastWaitMs = 250;

interface LaneEnd {
  readonly lane: LaneOutcome;
  /** How often the target gave an answer, be it a refusal. */
  readonly answers: number;
  readonly failure: Extract<TargetOutcome, { kind: "failed" }> | undefined;
  readonly postponedMs: number;
}

async function deliverLane(
  ports: Needed,
  round: Round,
  partition: string,
  limit: number,
): Promise<LaneEnd> {
  const { queue, target, sender, signal, observer } = round;
  const delivered: Delivery[] = [];
  const onward: RegistryEvent[] = [];
  const buried: { delivery: Delivery; letter: DeadLetter }[] = [];
  let failure: LaneEnd["failure"];
  let failed: LaneOutcome["failed"];
  let postponedMs = 0;
  let answers = 0;
  const until = ports.clock.now() + eventRuleLimits.roundMs;
  for (const delivery of await ports.metadata.eventDeliveries.heads(queue, partition, limit)) {
    if (signal.aborted || ports.clock.now() >= until) break;
    const outcome = await attempt(sender, delivery, signal);
    if (outcome === undefined) break;
    observer.attempted({ target, delivery, outcome });
    const bury = (code: DeadLetter["code"], reason: string) => {
      const why = { targetArn: target.arn, code, reason };
      const now = ports.clock.now();
      buried.push({
        delivery,
        letter: deadLetterOf(queue, delivery, why, delivery.attempts + 1, now),
      });
    };
    if (outcome.kind === "delivered") {
      answers += 1;
      delivered.push(delivery);
      if (outcome.onward !== undefined) onward.push(outcome.onward);
    } else if (outcome.kind === "refused") {
      answers += 1;
      bury(outcome.code, outcome.reason);
    } else if (outcome.kind === "postponed") {
      postponedMs = outcome.waitMs;
      break;
    } else {
      failure = outcome;
      const most = target.settings.maximumRetryAttempts ?? eventRuleLimits.retryAttempts;
      if (delivery.attempts >= most) bury("RETRY_ATTEMPTS_EXCEEDED", outcome.reason);
      else failed = { delivery, retryAt: retryAt(ports, delivery, outcome) };
      break;
    }
  }
  const lane: LaneOutcome = {
    partition,
    delivered,
    onward,
    dead: buried.map(({ letter }) => letter),
    deadSequences: buried.map(({ delivery }) => delivery.sequence),
    failed,
  };
  return { lane, answers, failure, postponedMs };
}

/** `undefined` where the process stops: what was cut short is attempted again. */
async function attempt(
  sender: TargetSender,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<TargetOutcome | undefined> {
  try {
    return await sender.send(delivery, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function retryAt(
  { clock }: Needed,
  delivery: Delivery,
  { retryAfterMs = 0 }: Extract<TargetOutcome, { kind: "failed" }>,
): number {
  return clock.now() + Math.max(redeliveryDelayMs(delivery.attempts + 1, chance()), retryAfterMs);
}

function chance(): number {
  return randomInt(1_000_001) / 1_000_000;
}
