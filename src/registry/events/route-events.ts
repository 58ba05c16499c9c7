import { createHash } from "node:crypto";
import type { RoutedTarget } from "../../ports/event-rule-store.ts";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import type { Delivery } from "./delivery.ts";
import { type EventEnvelope, envelopeOf, type RegistryEvent } from "./event.ts";
import { busOfArn, mayGoOn } from "./event-bus.ts";
import { eventLimits } from "./event-limits.ts";
import { compileEventPattern, type EventPattern } from "./event-pattern.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import type { Route } from "./route.ts";
import { ruleArn } from "./rule.ts";

interface Routed {
  readonly target: RoutedTarget;
  readonly events: RegistryEvent[];
}

/** An event that is told again may be meant for some rules only. */
interface Addressed {
  readonly replay?: { readonly rules: readonly string[] } | undefined;
}

/**
 * A router that queues each event for every target whose rule wants it, in the order in which it is
 * given them. What it costs depends on the rules of the registries and on the events, and not on what
 * waits already.
 */
export function eventRouter({ clock }: Pick<Ports, "clock">): Route {
  return async (change, events) => {
    const envelopes = new Envelopes();
    const routed: Routed[] = [];
    for (const [, ofOne] of byRegistry(events)) {
      const [first] = ofOne;
      if (first === undefined) continue;
      routed.push(...(await match(change, first.registry, ofOne, envelopes)));
    }
    const taken = fitting(events, routed, envelopes);
    const now = clock.now();
    for (const { target, events: wanted } of routed.sort(inLockOrder)) {
      const queued = wanted.filter((event) => taken.has(event));
      if (queued.length > 0) await queue(change, { target, events: queued }, envelopes, now);
    }
    return taken.size;
  };
}

/** What receivers are given, made once for each event, however many want it. */
class Envelopes {
  readonly #envelopes = new Map<RegistryEvent, EventEnvelope>();
  readonly #texts = new Map<RegistryEvent, string>();

  of(event: RegistryEvent): EventEnvelope {
    const envelope = this.#envelopes.get(event) ?? envelopeOf(event);
    this.#envelopes.set(event, envelope);
    return envelope;
  }

  textOf(event: RegistryEvent): string {
    const text = this.#texts.get(event) ?? JSON.stringify(this.of(event));
    this.#texts.set(event, text);
    return text;
  }
}

/** So many of the first as one transaction queues: each counts as often as there are targets for it. */
function fitting(
  events: readonly RegistryEvent[],
  routed: readonly Routed[],
  envelopes: Envelopes,
): ReadonlySet<RegistryEvent> {
  const targets = new Map<RegistryEvent, number>();
  for (const event of routed.flatMap((each) => each.events)) {
    targets.set(event, (targets.get(event) ?? 0) + 1);
  }
  const taken = new Set<RegistryEvent>();
  let characters = 0;
  for (const event of events) {
    if (characters >= eventLimits.queuedCharacters) break;
    taken.add(event);
    const count = targets.get(event);
    if (count !== undefined) characters += count * envelopes.textOf(event).length;
  }
  return taken;
}

function byRegistry(events: readonly RegistryEvent[]): Map<string, RegistryEvent[]> {
  const groups = new Map<string, RegistryEvent[]>();
  for (const event of events) {
    const key = keyOf(event.registry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [event]);
    else group.push(event);
  }
  return groups;
}

function keyOf({ account, region }: Registry): string {
  return `${account} ${region}`;
}

/** Two routers at once take the locks of their queues in one order. */
function inLockOrder({ target: a }: Routed, { target: b }: Routed): number {
  const [first, second] = [a, b].map((each) => `${keyOf(each.registry)} ${each.uid}`);
  return first! < second! ? -1 : 1;
}

async function match(
  change: MetadataChange,
  registry: Registry,
  events: readonly RegistryEvent[],
  envelopes: Envelopes,
): Promise<Routed[]> {
  const targets = await change.eventRules.routes(registry);
  const patterns = new Map<string, EventPattern>();
  const routed: Routed[] = [];
  for (const target of targets) {
    const pattern = patterns.get(target.pattern) ?? compileEventPattern(target.pattern);
    patterns.set(target.pattern, pattern);
    const arn = ruleArn({ registry, name: target.rule });
    const bus = busOfArn(target.arn);
    const wanted = events.filter(
      (event) =>
        isMeant(event, arn) &&
        (bus === undefined || mayGoOn(event, bus.registry)) &&
        pattern.matches(envelopes.of(event)),
    );
    if (wanted.length > 0) routed.push({ target, events: wanted });
  }
  return routed;
}

function isMeant({ replay }: RegistryEvent & Addressed, arn: string): boolean {
  return replay === undefined || replay.rules.length === 0 || replay.rules.includes(arn);
}

async function queue(
  change: MetadataChange,
  { target, events }: Routed,
  envelopes: Envelopes,
  now: number,
): Promise<void> {
  const { registry, uid, rule, id: targetId } = target;
  const ref = { registry, target: uid };
  const { eventDeliveries } = change;
  await eventDeliveries.wake({ ...ref, rule, targetId }, now);
  let sequence = await eventDeliveries.lastSequence(ref);
  const deliveries = events.map(
    (event): Delivery => ({
      ...ref,
      sequence: ++sequence,
      partition: partitionOf(event),
      eventId: event.id,
      envelope: envelopes.textOf(event),
      ...(event.passed === undefined ? {} : { passed: event.passed }),
      queuedAt: now,
      attempts: 0,
    }),
  );
  for (const partition of new Set(deliveries.map((each) => each.partition))) {
    await eventDeliveries.openLane(ref, { partition, nextAt: now });
  }
  await eventDeliveries.add(deliveries);
}

/** Where no order is promised several go at once; which one is told by the id. */
function partitionOf({ partition, id }: RegistryEvent): string {
  if (partition !== "") return partition;
  const [byte = 0] = createHash("sha256").update(id).digest();
  return `~${byte % eventRuleLimits.spreadPartitions}`;
}
