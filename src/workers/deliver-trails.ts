import type { Ports } from "../ports/ports.ts";
import type { TrailTargets } from "../ports/trail-target.ts";
import { findOrganizationId } from "../registry/identity/organization.ts";
import type { AccountId } from "../registry/names.ts";
import { deliverDigests } from "../registry/trails/deliver-digests.ts";
import { deliverFiles, giveUpOld } from "../registry/trails/deliver-files.ts";
import { type Delivery, deliveryErrorOf, lockCurrent } from "../registry/trails/delivery.ts";
import type { Trail, TrailStatus } from "../registry/trails/trail.ts";
import { trailLimits } from "../registry/trails/trail-limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

export interface TrailOptions {
  readonly targets: TrailTargets;
  /** The management account. */
  readonly account: AccountId;
  /** Told what could not be written; it is tried again. */
  readonly failed: (error: unknown, trail: Trail) => void;
}

/** Writes the files of trails, on one replica at a time. */
export function deliverTrailsJob(options: TrailOptions): JobHandler {
  return {
    ...{ kind: "deliver-trails", everyMs: trailLimits.lookMs, leaseMs: 60_000 },
    async run(ports, _payload, { signal }) {
      await deliverTrails(ports, options, signal);
    },
  };
}

/** One look at all trails. One that fails holds up no other, and is in the next look. */
export async function deliverTrails(
  ports: Ports,
  options: TrailOptions,
  signal: AbortSignal,
): Promise<void> {
  const gone = await idsOfRecords(ports, signal);
  const organizationId = (await findOrganizationId(ports, options.account)) ?? "";
  let after: Trail | undefined;
  for (;;) {
    const some = await ports.metadata.trails.trails.listAll({
      after,
      limit: trailLimits.trailsAtOnce,
    });
    for (const { id } of some) gone.delete(id);
    await Promise.all(
      some.map((trail) => deliverTrail({ ports, trail, organizationId, signal }, options)),
    );
    after = some.at(-1);
    if (some.length < trailLimits.trailsAtOnce) break;
  }
  for (const id of gone) {
    await removeBatches(ports.metadata, trailLimits.page, signal, ({ trails }, limit) =>
      trails.records.forgetTrail(id, limit),
    );
  }
}

/** Of trails that there were before those are listed that there are. */
async function idsOfRecords({ metadata }: Ports, signal: AbortSignal): Promise<Set<string>> {
  const ids = new Set<string>();
  let id: string | undefined = "";
  for (;;) {
    signal.throwIfAborted();
    id = await metadata.trails.records.nextTrail(id);
    if (id === undefined) return ids;
    ids.add(id);
  }
}

async function deliverTrail(
  delivery: Delivery,
  { targets, failed }: Pick<TrailOptions, "targets" | "failed">,
): Promise<void> {
  const { trail, signal } = delivery;
  const target = targets.get(trail.settings.target);
  try {
    if (target === undefined) throw new NoSuchTarget(trail.settings.target);
    await deliverFiles(delivery, target);
  } catch (error) {
    signal.throwIfAborted();
    failed(error, trail);
    const attemptedAt = delivery.ports.clock.now();
    await note(delivery, { attemptedAt, deliveryError: deliveryErrorOf(error) });
    await giveUpOld(delivery);
  }
  try {
    if (target === undefined || trail.settings.validatedSince === undefined) return;
    await deliverDigests(delivery, target);
  } catch (error) {
    signal.throwIfAborted();
    failed(error, trail);
    await note(delivery, { digestError: deliveryErrorOf(error) });
  }
}

/** The settings do not name it any more. */
class NoSuchTarget extends Error {
  override readonly name = "NoSuchTarget";
  /** What S3 says. */
  readonly code = "NoSuchBucket";

  constructor(target: string) {
    super(`ENTREPOT_TRAIL_TARGETS does not name "${target}", where a trail is to write`);
  }
}

async function note({ ports, trail }: Delivery, news: Partial<TrailStatus>): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    if (current === undefined) return;
    await change.trails.trails.replace({ ...current, status: { ...current.status, ...news } });
  });
}
