import { randomUUID } from "node:crypto";
import type { LoggedEvent } from "../../ports/event-store.ts";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { newJob } from "../jobs/job.ts";
import type { Registry } from "../names.ts";
import type { EventArchive } from "./archive.ts";
import { limitExceeded } from "./change-rules.ts";
import { type EventEnvelope, envelopeOf } from "./event.ts";
import { eventLimits } from "./event-limits.ts";
import { compileEventPattern, type EventPattern } from "./event-pattern.ts";

type Needed = Pick<Ports, "metadata" | "clock">;

/** The kind of job that removes what was in an archive that is gone. Its key is the archive's id. */
export const purgeArchiveKind = "purge-event-archive";

export type WantedArchive = Pick<
  EventArchive,
  "registry" | "name" | "pattern" | "description" | "retentionDays"
>;

/**
 * Keeps from now on what the pattern matches of the events that are routed.
 * Source: EventBridge, CreateArchive.
 * @throws InvalidEventPattern, ResourceAlreadyExists, LimitExceeded
 */
export async function createArchive(
  { metadata, clock }: Needed,
  wanted: WantedArchive,
): Promise<EventArchive> {
  if (wanted.pattern !== undefined) compileEventPattern(wanted.pattern);
  const { registry } = wanted;
  const archive: EventArchive = {
    ...wanted,
    ...{ id: randomUUID(), createdAt: clock.now(), eventCount: 0, sizeBytes: 0 },
  };
  await metadata.transaction(async (change) => {
    // Counts and inserts are one after the other.
    await change.repositories.lockCount(registry);
    if (!(await change.eventArchives.insertIfAbsent(archive))) {
      throw new RegistryError("ResourceAlreadyExists", `Archive ${wanted.name} already exists.`);
    }
    const most = eventLimits.archives;
    const all = await change.eventArchives.list(registry, { limit: most + 1 });
    if (all.length > most) throw limitExceeded();
  });
  return archive;
}

/** What is not given stays. @throws ResourceNotFound, InvalidEventPattern */
export async function updateArchive(
  { metadata }: Needed,
  registry: Registry,
  name: string,
  wanted: Partial<Pick<EventArchive, "pattern" | "description" | "retentionDays">>,
): Promise<EventArchive> {
  if (wanted.pattern !== undefined) compileEventPattern(wanted.pattern);
  return metadata.transaction(async (change) => {
    const known = await change.eventArchives.lock(registry, name);
    if (known === undefined) throw noSuchArchive(name);
    const next: EventArchive = {
      ...known,
      pattern: wanted.pattern ?? known.pattern,
      description: wanted.description ?? known.description,
      retentionDays: wanted.retentionDays ?? known.retentionDays,
    };
    await change.eventArchives.replace(next);
    return next;
  });
}

/** It is gone at once, and what is in it soon. @throws ResourceNotFound */
export async function deleteArchive(
  { metadata, clock }: Needed,
  registry: Registry,
  name: string,
): Promise<void> {
  await metadata.transaction(async (change) => {
    const known = await change.eventArchives.lock(registry, name);
    if (known === undefined) throw noSuchArchive(name);
    await change.eventArchives.remove(registry, name);
    const now = clock.now();
    const payload = { archiveId: known.id };
    const job = { kind: purgeArchiveKind, key: known.id, registry, payload, runAt: now };
    await change.jobs.enqueue(newJob(job, now));
  });
}

/** @throws ResourceNotFound */
export async function requireArchive(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  name: string,
): Promise<EventArchive> {
  const archive = await metadata.eventArchives.find(registry, name);
  if (archive === undefined) throw noSuchArchive(name);
  return archive;
}

export function noSuchArchive(name: string): RegistryError {
  return new RegistryError("ResourceNotFound", `Archive ${name} does not exist.`);
}

/**
 * Puts copies of events that are on their way into the log into the archives that want them, in the
 * same transaction. Costs one read for each registry where there are none.
 */
export async function archiveEvents(
  change: MetadataChange,
  logged: readonly LoggedEvent[],
): Promise<void> {
  const groups = Map.groupBy(logged, ({ event: { registry } }) =>
    JSON.stringify([registry.account, registry.region]),
  );
  const patterns = new Map<string, EventPattern>();
  for (const events of groups.values()) {
    const { registry } = events[0]!.event;
    const envelopes = new Map<LoggedEvent, EventEnvelope>();
    const archives = await change.eventArchives.list(registry, { limit: eventLimits.archives });
    for (const archive of archives) {
      const wanted = events.filter((logged) => {
        if (archive.pattern === undefined) return true;
        const pattern = patterns.get(archive.pattern) ?? compileEventPattern(archive.pattern);
        patterns.set(archive.pattern, pattern);
        const envelope = envelopes.get(logged) ?? envelopeOf(logged.event);
        envelopes.set(logged, envelope);
        return pattern.matches(envelope);
      });
      if (wanted.length > 0) await change.eventArchives.addEvents(archive, wanted);
    }
  }
}
