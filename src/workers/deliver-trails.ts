import type { Ports } from "../ports/ports.ts";
import type { TrailTargets } from "../ports/trail-target.ts";
import { findOrganizationId } from "../registry/identity/organization.ts";
import type { AccountId } from "../registry/names.ts";
import { deleteTrail } from "../registry/trails/change-trails.ts";
import { deliverDigests } from "../registry/trails/deliver-digests.ts";
import { deliverFiles, giveUpOld } from "../registry/trails/deliver-files.ts";
import {
  type Delivery,
  deliveryErrorOf,
  noteFailure,
  noteStatus,
} from "../registry/trails/delivery.ts";
import { forwardLimits } from "../registry/trails/forward-limits.ts";
import { isForwarder } from "../registry/trails/forward-records.ts";
import type { Trail } from "../registry/trails/trail.ts";
import { trailLimits } from "../registry/trails/trail-limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

export interface TrailOptions {
  readonly targets: TrailTargets;
  /** The management account. */
  readonly account: AccountId;
  /** Told what could not be written; it is tried again. */
  readonly failed: (error: unknown, trail: Trail) => void;
  /** Told that a file was written. */
  readonly wrote?: (files: number) => void;
  /** Receivers of records that the settings name. */
  readonly receivers?: ReadonlySet<string>;
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
      some.map((trail) =>
        isForwarder(trail)
          ? forgetUnnamed(ports, trail, options.receivers)
          : deliverTrail({ ports, trail, organizationId, signal }, options),
      ),
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

/**
 * What waits for a receiver that no worker tries to reach any more would wait for ever. While one does,
 * it says so in the status.
 */
async function forgetUnnamed(
  ports: Ports,
  trail: Trail,
  receivers: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { attemptedAt, deliveredThrough = 0 } = trail.status;
  const since = ports.clock.now() - (attemptedAt ?? deliveredThrough);
  if (receivers.has(trail.name) || since < forwardLimits.forgottenMs) return;
  await deleteTrail(ports, trail);
}

async function deliverTrail(
  delivery: Delivery,
  { targets, failed, wrote }: Pick<TrailOptions, "targets" | "failed" | "wrote">,
): Promise<void> {
  const { trail, signal } = delivery;
  const target = targets.get(trail.settings.target);
  try {
    if (target === undefined) throw new NoSuchTarget(trail.settings.target);
    const files = await deliverFiles(delivery, target);
    wrote?.(files);
  } catch (error) {
    signal.throwIfAborted();
    failed(error, trail);
    await noteFailure(delivery, error);
    await giveUpOld(delivery);
  }
  try {
    if (target === undefined || trail.settings.validatedSince === undefined) return;
    await deliverDigests(delivery, target);
  } catch (error) {
    signal.throwIfAborted();
    failed(error, trail);
    await noteStatus(delivery, () => ({ digestError: deliveryErrorOf(error) }));
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
