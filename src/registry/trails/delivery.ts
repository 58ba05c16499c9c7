import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Trail, TrailStatus } from "./trail.ts";
import { trailLimits } from "./trail-limits.ts";

/** What delivering one trail needs. */
export interface Delivery {
  readonly ports: Pick<Ports, "metadata" | "keys" | "clock">;
  readonly trail: Trail;
  /** Of the deployment, for trails of an organization. */
  readonly organizationId: string;
  readonly signal: AbortSignal;
}

/** The trail as it is now, locked; `undefined` where it is gone, or another one has its name. */
export async function lockCurrent(
  change: Pick<MetadataChange, "trails">,
  trail: Trail,
): Promise<Trail | undefined> {
  const current = await change.trails.trails.lock(trail);
  return current?.id === trail.id ? current : undefined;
}

const causes = 5;

/** What went wrong, as the store or the system calls it: that is what CloudTrail tells of its own. */
export function deliveryErrorOf(error: unknown): string {
  let each = error;
  for (let depth = 0; depth < causes && each instanceof Error; depth++) {
    if ("code" in each && typeof each.code === "string") {
      return each.code.slice(0, trailLimits.errorCharacters);
    }
    each = each.cause;
  }
  return "InternalError";
}

/** Changes how the trail fares, where it is still there. */
export async function noteStatus(
  { ports, trail }: Delivery,
  news: (status: TrailStatus) => Partial<TrailStatus>,
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    const current = await lockCurrent(change, trail);
    if (current === undefined) return;
    const status = { ...current.status, ...news(current.status) };
    await change.trails.trails.replace({ ...current, status });
  });
}

/** That it could not be written, or sent. */
export function noteFailure(delivery: Delivery, error: unknown): Promise<void> {
  const attemptedAt = delivery.ports.clock.now();
  return noteStatus(delivery, ({ failingSince = attemptedAt }) => ({
    ...{ attemptedAt, failingSince, deliveryError: deliveryErrorOf(error) },
  }));
}
