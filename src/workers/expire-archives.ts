import type { Ports } from "../ports/ports.ts";
import type { EventArchive } from "../registry/events/archive.ts";
import { purgeArchiveKind } from "../registry/events/archives.ts";
import { eventLimits } from "../registry/events/event-limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

const dayMs = 86_400_000;
const page = 100;
const limit = eventLimits.archivedRemovedAtOnce;

/** Removes what archives have kept for long enough. */
export const expireArchives: JobHandler = {
  kind: "expire-event-archives",
  everyMs: 3_600_000,
  leaseMs: 60_000,
  async run(ports, _payload, { signal }) {
    for (let after: EventArchive | undefined; ; ) {
      const found = await ports.metadata.eventArchives.listAll({ after, limit: page });
      for (const archive of found)
        if (archive.retentionDays > 0) await expire(ports, archive, signal);
      after = found.at(-1);
      if (found.length < page) return;
    }
  },
};

async function expire(
  { metadata, clock }: Ports,
  { registry, name, retentionDays }: EventArchive,
  signal: AbortSignal,
): Promise<void> {
  const before = clock.now() - retentionDays * dayMs;
  await removeBatches(metadata, limit, signal, async ({ eventArchives }) => {
    const archive = await eventArchives.lock(registry, name);
    return archive === undefined ? 0 : eventArchives.removeBefore(archive, before, limit);
  });
}

/** Removes what was in an archive that is gone. */
export const purgeArchiveJob: JobHandler = {
  kind: purgeArchiveKind,
  // Nothing else looks for what it leaves behind, and nobody would see that it was given up.
  maxAttempts: Number.POSITIVE_INFINITY,
  leaseMs: 60_000,
  async run({ metadata }, payload, { registry, signal }) {
    const { archiveId: id } = payload as { readonly archiveId: string };
    if (registry === undefined) return;
    await removeBatches(metadata, limit, signal, ({ eventArchives }) =>
      eventArchives.purge({ registry, id }, limit),
    );
  },
};
