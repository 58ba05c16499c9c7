import { randomUUID } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { isLogging, type Trail, type TrailRef, trailArn, untilStopped } from "./trail.ts";
import { withGap } from "./trail-gaps.ts";
import { trailLimits } from "./trail-limits.ts";

type Needed = Pick<Ports, "metadata" | "clock">;

export function trailNotFound(trail: TrailRef): RegistryError {
  const { account } = trail.registry;
  return new RegistryError(
    "TrailNotFound",
    `Unknown trail: ${trailArn(trail)} for the user: ${account}`,
  );
}

/** @throws TrailNotFound */
export async function requireTrail(
  { metadata }: Pick<Ports, "metadata">,
  ref: TrailRef,
): Promise<Trail> {
  const trail = await metadata.trails.trails.find(ref);
  if (trail === undefined) throw trailNotFound(ref);
  return trail;
}

/** What is said of a trail that is to be made. */
export type NewTrail = Omit<Trail, "id" | "logsFrom" | "logsUntil" | "status">;

/**
 * Makes a trail, which has no records before `startLogging`.
 * @throws TrailAlreadyExists, MaximumNumberOfTrailsExceeded
 */
export async function createTrail({ metadata }: Needed, wanted: NewTrail): Promise<Trail> {
  const trail: Trail = {
    ...{ ...wanted, id: randomUUID(), logsFrom: untilStopped, logsUntil: -1 },
    status: { gaps: [] },
  };
  const { registry, name } = wanted;
  return metadata.transaction(async (change) => {
    // Counts and inserts are one after the other.
    await change.repositories.lockCount(registry);
    if (!(await change.trails.trails.insertIfAbsent(trail))) {
      throw new RegistryError(
        "TrailAlreadyExists",
        `Trail ${name} already exists for customer: ${registry.account}`,
      );
    }
    const all = await change.trails.trails.ofAccount(registry.account);
    const here = all.filter(({ registry: { region } }) => region === registry.region);
    if (here.length > trailLimits.trailsPerRegion) {
      throw new RegistryError(
        "MaximumNumberOfTrailsExceeded",
        `User: ${registry.account} already has ${trailLimits.trailsPerRegion} trails in ${registry.region}.`,
      );
    }
    return trail;
  });
}

/**
 * Puts what `next` makes in the place of a trail.
 * @throws TrailNotFound, and what `next` throws
 */
export function changeTrail(
  { metadata }: Pick<Ports, "metadata">,
  ref: TrailRef,
  next: (trail: Trail) => Trail,
): Promise<Trail> {
  return metadata.transaction(async (change) => {
    const trail = await lockTrail(change, ref);
    const changed = next(trail);
    await change.trails.trails.replace(changed);
    const wasValidated = trail.settings.validatedSince !== undefined;
    // As with CloudTrail, digests that begin again know nothing of those before.
    if (wasValidated && changed.settings.validatedSince === undefined) {
      await change.trails.chains.removeOfTrail(trail.id);
    }
    return changed;
  });
}

async function lockTrail(change: MetadataChange, ref: TrailRef): Promise<Trail> {
  const trail = await change.trails.trails.lock(ref);
  if (trail === undefined) throw trailNotFound(ref);
  return trail;
}

/** From now on the trail has records, this one among them. @throws TrailNotFound */
export async function startLogging(ports: Needed, ref: TrailRef): Promise<void> {
  const now = ports.clock.now();
  await changeTrail(ports, ref, (trail) => {
    if (isLogging(trail)) return trail;
    const { stoppedAt } = trail.status;
    const gap = {
      from: stoppedAt ?? now,
      until: now,
      reason: "StopLogging",
      notedAt: now,
    } as const;
    const gaps = stoppedAt === undefined ? trail.status.gaps : withGap(trail.status.gaps, gap);
    const status = { ...trail.status, gaps, startedAt: now };
    // What was made before it stopped and is written only now is still to come: gaps tell what is not.
    const logsFrom = Math.min(trail.logsFrom, now);
    return { ...trail, logsFrom, logsUntil: untilStopped, status };
  });
}

/** The trail has no records of what comes; what it was to have until now it gets. @throws TrailNotFound */
export async function stopLogging(ports: Needed, ref: TrailRef): Promise<void> {
  await changeTrail(ports, ref, (trail) => {
    if (!isLogging(trail)) return trail;
    // After the time of this request's own record, which is the last one.
    const stoppedAt = ports.clock.now();
    return { ...trail, logsUntil: stoppedAt, status: { ...trail.status, stoppedAt } };
  });
}

/** Removes a trail, and forgets what it did not write yet. @throws TrailNotFound */
export async function deleteTrail({ metadata }: Needed, ref: TrailRef): Promise<void> {
  await metadata.transaction(async (change) => {
    const { id } = await lockTrail(change, ref);
    await change.trails.trails.remove(ref);
    await change.trails.files.removeOfTrail(id);
    await change.trails.chains.removeOfTrail(id);
    // Its records may be many: the worker finds and removes those of trails that are gone.
  });
}
