import type { AuditReceivers, ReceiverKind } from "../ports/audit-receiver.ts";
import type { Ports } from "../ports/ports.ts";
import { giveUpOld } from "../registry/trails/deliver-files.ts";
import { type Delivery, noteFailure } from "../registry/trails/delivery.ts";
import { forwardLimits } from "../registry/trails/forward-limits.ts";
import {
  type Forwarded,
  forwardRecords,
  openForwarder,
} from "../registry/trails/forward-records.ts";
import type { JobHandler } from "./job-handler.ts";

export interface ForwardOptions {
  readonly receivers: AuditReceivers;
  /** Told what could not be sent; it is sent again. */
  readonly failed: (error: unknown, kind: ReceiverKind) => void;
  readonly forwarded: (kind: ReceiverKind, what: Forwarded) => void;
}

/** Sends audit records to receivers, by one replica at a time. */
export function forwardAuditJob(options: ForwardOptions): JobHandler {
  return {
    ...{ kind: "forward-audit", everyMs: forwardLimits.lookMs, leaseMs: 60_000 },
    async run(ports, _payload, { signal }) {
      await forwardAudit(ports, options, signal);
    },
  };
}

/** One look at what waits for each receiver. One that fails holds up no other. */
export async function forwardAudit(
  ports: Ports,
  { receivers, failed, forwarded }: ForwardOptions,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [...receivers].map(async ([kind, receiver]) => {
      const trail = await openForwarder(ports, kind);
      const delivery: Delivery = { ports, trail, organizationId: "", signal };
      try {
        await forwardRecords(delivery, receiver, (what) => forwarded(kind, what));
      } catch (error) {
        signal.throwIfAborted();
        failed(error, kind);
        await noteFailure(delivery, error);
        await giveUpOld(delivery);
      }
    }),
  );
}
