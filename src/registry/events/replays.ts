import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { newJob } from "../jobs/job.ts";
import type { Registry } from "../names.ts";
import type { EventReplayRun } from "./archive.ts";
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

/**
 * Tells some events again, in one transaction with how far that is: so each is told once, whatever
 * breaks. Several at once are as good as one.
 * @returns whether there is more
 */
export function continueReplay(
  { metadata, clock }: Needed,
  registry: Registry,
  name: string,
): Promise<boolean> {
  return metadata.transaction(async (change) => {
    const replay = await change.eventReplays.lock(registry, name);
    if (replay === undefined || replay.endedAt !== undefined) return false;
    const archive = await change.eventArchives.find(registry, replay.archive);
    if (archive?.id !== replay.archiveId) {
      const stateReason = "The archive was deleted.";
      const failed = { ...replay, state: "FAILED", stateReason, endedAt: clock.now() } as const;
      await change.eventReplays.replace(failed);
      return false;
    }
    const limit = eventLimits.replayedAtOnce;
    const page = { after: replay.position, limit };
    const events = await change.eventArchives.events(archive, page);
    let { lastAt } = replay;
    for (const { event } of events) {
      if (event.at < replay.fromAt || event.at >= replay.toAt) continue;
      await change.outbox.add({ ...event, replay: { name, rules: replay.rules } });
      lastAt = event.at;
    }
    const isMore = events.length === limit;
    const position = events.at(-1)?.position ?? replay.position;
    await change.eventReplays.replace({
      ...{ ...replay, position, lastAt },
      ...(isMore ? { state: "RUNNING" } : { state: "COMPLETED", endedAt: clock.now() }),
    });
    return isMore;
  });
}
