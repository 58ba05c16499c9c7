import { type ReceiverKind, receiverKinds } from "../../ports/audit-receiver.ts";
import type { Ports } from "../../ports/ports.ts";
import { forwarderRef } from "./forward-records.ts";

/** How a receiver of audit records fares. */
export interface ReceiverHealth {
  readonly receiver: ReceiverKind;
  /** Records that are older were forwarded. */
  readonly lagSeconds: number;
  /** Of the last attempt, where that failed: as the system or the receiver calls it. */
  readonly error?: string;
  readonly failingSeconds?: number;
  /** Records that the receiver refused for good. */
  readonly refused: number;
  /** Records that were given up, as nobody took them for too long. */
  readonly givenUp: number;
}

/** Of every receiver that something waits for, or did. */
export async function receiverHealth({
  metadata,
  clock,
}: Pick<Ports, "metadata" | "clock">): Promise<ReceiverHealth[]> {
  const secondsSince = (at: number) => Math.max(0, Math.round((clock.now() - at) / 1000));
  const found: ReceiverHealth[] = [];
  for (const receiver of receiverKinds) {
    const trail = await metadata.trails.trails.find(forwarderRef(receiver));
    if (trail === undefined) continue;
    const { deliveredThrough, deliveryError, failingSince, refused = 0, gaps } = trail.status;
    found.push({
      ...{ receiver, lagSeconds: secondsSince(deliveredThrough ?? trail.logsFrom), refused },
      ...(deliveryError === undefined ? {} : { error: deliveryError }),
      ...(failingSince === undefined ? {} : { failingSeconds: secondsSince(failingSince) }),
      givenUp: gaps.reduce((sum, { records = 0 }) => sum + records, 0),
    });
  }
  return found;
}
