import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { newJob } from "../jobs/job.ts";
import type { Registry } from "../names.ts";
import type { EventArchive, EventReplayRun } from "./archive.ts";
import { requireArchive } from "./archives.ts";
import { limitExceeded } from "./change-rules.ts";
import { eventLimits } from "./event-limits.ts";

type Needed = Pick<Ports, "metadata" | "clock">;

/** The kind of job that tells events again. Its key is the name of the replay. */
export const replayKind = "replay-events";

export type WantedReplay = Pick<
  EventReplayRun,
  "registry" | "name" | "description" | "archive" | "rules" | "fromAt" | "toAt"
>;

/**
 * Has the events of an archive told again to the rules of the bus, or to some of them. They have their
 * ids, their times and their order, and the name of the replay.
 * Source: EventBridge, StartReplay.
 * @throws ResourceNotFound, ResourceAlreadyExists, LimitExceeded, Validation
 */
export async function startReplay(ports: Needed, wanted: WantedReplay): Promise<EventReplayRun> {
  const { registry, name } = wanted;
  if (wanted.fromAt >= wanted.toAt) {
    throw new RegistryError("Validation", "EventStartTime must be before EventEndTime.");
  }
  const archive = await requireArchive(ports, registry, wanted.archive);
  const now = ports.clock.now();
  const replay: EventReplayRun = {
    ...wanted,
    ...{ archiveId: archive.id, state: "STARTING", stateReason: undefined },
    ...{ position: 0, lastAt: undefined, startedAt: now, endedAt: undefined },
  };
  await ports.metadata.transaction(async (change) => {
    await change.repositories.lockCount(registry);
    await requireRoom(change, registry);
    if (!(await change.eventReplays.insertIfAbsent(replay))) {
      throw new RegistryError("ResourceAlreadyExists", `Replay ${name} already exists.`);
    }
    const job = { kind: replayKind, key: name, registry, payload: { name }, runAt: now };
    await change.jobs.enqueue(newJob(job, now));
  });
  return replay;
}

/** @throws LimitExceeded when too many are under way; of those that ended, the oldest goes */
async function requireRoom(change: MetadataChange, registry: Registry): Promise<void> {
  const all: EventReplayRun[] = [];
  for (let after: string | undefined; all.length <= eventLimits.replaysKept; ) {
    const page = await change.eventReplays.list(registry, { after, limit: 200 });
    all.push(...page);
    after = page.at(-1)?.name;
    if (page.length < 200) break;
  }
  const ended = all.filter(({ endedAt }) => endedAt !== undefined);
  if (all.length - ended.length >= eventLimits.replaysAtOnce) throw limitExceeded();
  if (all.length < eventLimits.replaysKept) return;
  const [oldest] = ended.toSorted((a, b) => a.endedAt! - b.endedAt!);
  if (oldest !== undefined) await change.eventReplays.remove(registry, oldest.name);
}

/** Nothing more of it is told from now on. @throws ResourceNotFound, IllegalStatus */
export function cancelReplay(
  { metadata, clock }: Needed,
  registry: Registry,
  name: string,
): Promise<EventReplayRun> {
  return metadata.transaction(async (change) => {
    const known = await change.eventReplays.lock(registry, name);
    if (known === undefined) throw noSuchReplay(name);
    if (known.endedAt !== undefined) {
      const sentence = `Replay ${name} is not in a valid state for this operation.`;
      throw new RegistryError("IllegalStatus", sentence);
    }
    const next: EventReplayRun = { ...known, state: "CANCELLED", endedAt: clock.now() };
    await change.eventReplays.replace(next);
    return next;
  });
}

export function noSuchReplay(name: string): RegistryError {
  return new RegistryError("ResourceNotFound", `Replay ${name} does not exist.`);
}

/** What a step of a replay did: `over` if there is no other one. */
export type ReplayStep = "told" | "looked" | "over";

/**
 * Tells some events again, in one transaction with how far that is: so each is told once, whatever
 * breaks. Looks at the times of so many, and reads those alone that are in the range. Several at once
 * are as good as one.
 */
export function continueReplay(
  { metadata, clock }: Needed,
  registry: Registry,
  name: string,
): Promise<ReplayStep> {
  return metadata.transaction(async (change) => {
    const replay = await change.eventReplays.lock(registry, name);
    if (replay === undefined || replay.endedAt !== undefined) return "over";
    const archive = await change.eventArchives.find(registry, replay.archive);
    if (archive?.id !== replay.archiveId) {
      await fail(change, replay, "The archive was deleted.", clock.now());
      return "over";
    }
    const { count, position, isMore } = await lookOn(change, archive, replay);
    let { lastAt } = replay;
    if (count > 0) {
      const { fromAt, toAt } = replay;
      const range = { after: replay.position, upTo: position, fromAt, toAt };
      for (const { event } of await change.eventArchives.events(archive, range, count)) {
        await change.outbox.add({ ...event, replay: { name, rules: replay.rules } });
        lastAt = event.at;
      }
    }
    await change.eventReplays.replace({
      ...{ ...replay, position, lastAt },
      ...(isMore ? { state: "RUNNING" } : { state: "COMPLETED", endedAt: clock.now() }),
    });
    if (!isMore) return "over";
    return count > 0 ? "told" : "looked";
  });
}

/** How far the next step goes, and how many events in the range are on the way. */
async function lookOn(
  { eventArchives }: Pick<MetadataChange, "eventArchives">,
  archive: EventArchive,
  { position: after, fromAt, toAt }: EventReplayRun,
) {
  const { replayLooks, replayedAtOnce, replayedBytes } = eventLimits;
  const places = await eventArchives.places(archive, { after, limit: replayLooks });
  let [count, bytes, position, looks] = [0, 0, after, 0];
  for (const place of places) {
    if (count >= replayedAtOnce || bytes >= replayedBytes) break;
    looks += 1;
    position = place.position;
    if (place.at < fromAt || place.at >= toAt) continue;
    count += 1;
    bytes += place.bytes;
  }
  return { count, position, isMore: looks < places.length || places.length === replayLooks };
}

/** Of a replay that nobody goes on with. */
export async function giveUpReplay(
  change: MetadataChange,
  registry: Registry,
  name: string,
  now: number,
): Promise<void> {
  const replay = await change.eventReplays.lock(registry, name);
  if (replay === undefined || replay.endedAt !== undefined) return;
  await fail(change, replay, "The events could not be told again.", now);
}

function fail(
  change: MetadataChange,
  replay: EventReplayRun,
  stateReason: string,
  endedAt: number,
): Promise<void> {
  return change.eventReplays.replace({ ...replay, state: "FAILED", stateReason, endedAt });
}
