import type { DeadLetterCode } from "./delivery.ts";
import type { RegistryEvent } from "./event.ts";

/** What became of one attempt. Reasons are shown to whoever owns the rule: no secrets. */
export type TargetOutcome =
  | {
      readonly kind: "delivered";
      /** What is to come onto another bus when this is written down. */
      readonly onward?: RegistryEvent;
    }
  /** Another attempt may succeed; not before so many milliseconds, where the target said so. */
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfterMs?: number | undefined }
  /** No other attempt would. */
  | { readonly kind: "refused"; readonly code: DeadLetterCode; readonly reason: string }
  /** Nothing was attempted: the target is to be spared for so many milliseconds. */
  | { readonly kind: "postponed"; readonly waitMs: number };

export function refused(code: DeadLetterCode, reason: string): TargetOutcome {
  return { kind: "refused", code, reason };
}

export function failed(reason: string, retryAfterMs?: number): TargetOutcome {
  return { kind: "failed", reason, retryAfterMs };
}
