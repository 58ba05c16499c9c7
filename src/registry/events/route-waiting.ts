import type { LoggedEvent, WaitingEvent } from "../../ports/event-store.ts";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { registryKey } from "../identity/access-memory.ts";
import { archiveEvents } from "./archives.ts";
import { eventLimits } from "./event-limits.ts";
import type { Route } from "./route.ts";

/** What became of a look at the outbox. `taken`: another process is at it. */
export interface Routed {
  readonly events: number;
  readonly outcome: "empty" | "more" | "taken";
}

/**
 * Takes the first events out of the outbox, has them routed, and puts them into the log: all of it or
 * nothing, so that each is routed once. Several at once do no harm: one of them has the log, and the
 * others leave it to that one. Costs one read where nothing waits.
 */
export async function routeWaiting(
  { metadata, clock, memory }: Pick<Ports, "metadata" | "clock" | "memory">,
  route: Route,
): Promise<Routed> {
  if (!(await metadata.outbox.hasAtLeast(1))) return { events: 0, outcome: "empty" };
  const routed = await metadata.transaction(async (change) => {
    const end = await change.eventLog.lock();
    if (end === undefined) return undefined;
    // After the lock: what another one has routed until then is not seen any more.
    const { waiting, isMore } = await readWaiting(change);
    if (waiting.length === 0) return { events: 0, isMore, logged: [] };
    const all = waiting.map(({ event }) => event);
    const count = (await route(change, all)) ?? all.length;
    const logged = await moveToLog(change, waiting.slice(0, count), { end, now: clock.now() });
    return { events: count, isMore: isMore || count < all.length, logged };
  });
  if (routed === undefined) return { events: 0, outcome: "taken" };
  const { events, isMore, logged } = routed;
  const registries = logged.map(({ event: { registry } }) => registry);
  const each = new Map(registries.map((registry) => [registryKey(registry), registry]));
  for (const registry of each.values()) memory.logGrew.raise(registry);
  if (events > 0) memory.eventsRouted.raise();
  return { events, outcome: isMore ? "more" : "empty" };
}

/** As many as one transaction routes: few of them where they are large. */
async function readWaiting({ outbox }: Pick<MetadataChange, "outbox">) {
  const { routedAtOnce, routedBytes } = eventLimits;
  const sizes = await outbox.sizes(routedAtOnce);
  let [count, bytes] = [0, 0];
  while (count < sizes.length && bytes < routedBytes) bytes += sizes[count++]!;
  const waiting = count === 0 ? [] : await outbox.first(count);
  return { waiting, isMore: count < sizes.length || count === routedAtOnce };
}

/** What is told again was in the log already. Resolves to what is new there. */
async function moveToLog(
  change: MetadataChange,
  waiting: readonly WaitingEvent[],
  { end, now }: { readonly end: number; readonly now: number },
): Promise<readonly LoggedEvent[]> {
  const fresh = waiting.filter(({ event }) => event.replay === undefined);
  const logged = fresh.map(({ event }, index) => ({
    ...{ position: end + 1 + index, loggedAt: now, event },
  }));
  await change.eventLog.append(logged);
  await archiveEvents(change, logged);
  await change.outbox.remove(waiting.map(({ sequence }) => sequence));
  return logged;
}
