import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import type { DeadLetter, DeadLetterFilter, Delivery } from "./delivery.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import type { EventTarget } from "./rule.ts";

type Needed = Pick<Ports, "metadata" | "clock">;

/** Which dead letters are meant: those of these ids, or the first ones of a rule or target. */
export type Chosen = { readonly ids: readonly string[] } | DeadLetterFilter;

export interface Handled {
  readonly count: number;
  /** Dead letters whose target is no more; they stay. */
  readonly orphaned: readonly string[];
  /** Whether there may be others that were not come to. */
  readonly more: boolean;
}

async function choose(
  { metadata }: Needed,
  registry: Registry,
  chosen: Chosen,
  after: string | undefined,
): Promise<DeadLetter[]> {
  if (!("ids" in chosen)) {
    const limit = eventRuleLimits.deadLettersAtOnce;
    return metadata.deadLetters.list(registry, { after, limit }, chosen);
  }
  const found: DeadLetter[] = [];
  for (const id of new Set(chosen.ids)) {
    const letter = await metadata.deadLetters.find(registry, id);
    if (letter !== undefined) found.push(letter);
  }
  return found;
}

/**
 * Has dead letters delivered again, behind whatever waits for their targets, in the order in which they
 * came to be: a few at a time, each once.
 * @param after of a rule's or target's, where the last call ended
 */
export async function replayDeadLetters(
  ports: Needed,
  registry: Registry,
  chosen: Chosen,
  after?: string,
): Promise<Handled & { readonly last: string | undefined }> {
  const letters = await choose(ports, registry, chosen, after);
  const { count, orphaned } = await ports.metadata.transaction(async (change) => {
    const orphans: string[] = [];
    let replayed = 0;
    const found: { target: EventTarget; ofTarget: DeadLetter[] }[] = [];
    for (const [, ofTarget] of Map.groupBy(letters, (each) => `${each.rule} ${each.targetId}`)) {
      const { rule: name, targetId } = ofTarget[0]!;
      const target = await change.eventRules.findTarget({ registry, name }, targetId);
      if (target === undefined) orphans.push(...ofTarget.map(({ id }) => id));
      else found.push({ target, ofTarget });
    }
    // In the order in which all who lock several queues do.
    found.sort(({ target: a }, { target: b }) => (a.uid < b.uid ? -1 : 1));
    for (const { target, ofTarget } of found) {
      replayed += await replay(change, target, ofTarget, ports.clock.now());
    }
    return { count: replayed, orphaned: orphans };
  });
  return { count, orphaned, ...endOf(chosen, letters) };
}

async function replay(
  { eventDeliveries, deadLetters }: MetadataChange,
  { registry, rule, id: targetId, uid }: EventTarget,
  letters: readonly DeadLetter[],
  now: number,
): Promise<number> {
  const ref = { registry, target: uid };
  await eventDeliveries.wake({ ...ref, rule, targetId }, now);
  let sequence = await eventDeliveries.lastSequence(ref);
  const deliveries: Delivery[] = [];
  for (const { id, partition, eventId, envelope, passed } of letters) {
    // Whoever removes it is who replays it.
    if (!(await deadLetters.remove(registry, id))) continue;
    const delivery = { ...ref, sequence: ++sequence, partition, eventId, envelope };
    const path = passed === undefined ? {} : { passed };
    deliveries.push({ ...delivery, ...path, queuedAt: now, attempts: 0 });
  }
  for (const partition of new Set(deliveries.map((each) => each.partition))) {
    await eventDeliveries.openLane(ref, { partition, nextAt: now });
  }
  await eventDeliveries.add(deliveries);
  return deliveries.length;
}

/** A few at a time. */
export async function deleteDeadLetters(
  ports: Needed,
  registry: Registry,
  chosen: Chosen,
): Promise<Omit<Handled, "orphaned">> {
  const letters = await choose(ports, registry, chosen, undefined);
  const count = await ports.metadata.transaction(async ({ deadLetters }) => {
    let removed = 0;
    for (const { id } of letters) if (await deadLetters.remove(registry, id)) removed += 1;
    return removed;
  });
  return { count, more: endOf(chosen, letters).more };
}

function endOf(chosen: Chosen, letters: readonly DeadLetter[]) {
  const more = !("ids" in chosen) && letters.length === eventRuleLimits.deadLettersAtOnce;
  return { more, last: letters.at(-1)?.id };
}
