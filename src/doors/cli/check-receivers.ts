import { forwardLimits } from "../../registry/trails/forward-limits.ts";
import type { ReceiverHealth } from "../../registry/trails/receiver-health.ts";
import type { Check } from "./check.ts";

/** Whether audit records get to those who are to be told of them. */
export function checkReceivers(receivers: readonly ReceiverHealth[]): Check[] {
  return receivers.map(({ receiver, lagSeconds, error, failingSeconds = 0, refused, givenUp }) => {
    const name = `audit to ${receiver}`;
    const lost = [
      ...(refused === 0 ? [] : [`${refused} records were refused`]),
      ...(givenUp === 0 ? [] : [`${givenUp} records were given up`]),
    ];
    const setting = `ENTREPOT_AUDIT_${receiver.toUpperCase()}`;
    const mend = `check ${setting} and who listens there   (docs/operations/audit-forwarding.md)`;
    if (error !== undefined) {
      const what = `nothing was taken for ${failingSeconds} s: ${error}; what waits is kept`;
      return { name, status: "fail", detail: [what, ...lost].join("; "), mend };
    }
    const isLate = lagSeconds * 1000 > forwardLimits.lateMs;
    const detail = [`records older than ${lagSeconds} s were sent`, ...lost].join("; ");
    if (!isLate && lost.length === 0) return { name, status: "ok", detail };
    return { name, status: "warn", detail, mend };
  });
}
