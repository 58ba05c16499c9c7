import type { Registry } from "../names.ts";

/** The target that deliveries are for. */
export interface QueueRef {
  readonly registry: Registry;
  /** The target's `uid`. */
  readonly target: string;
}

/** What waits for one target, and how it is faring. */
export interface DeliveryQueue extends QueueRef {
  /** The rule and the id of the target. */
  readonly rule: string;
  readonly targetId: string;
  /** When it is to be looked at; while somebody holds it, when that ends. */
  readonly nextAt: number;
  /** Attempts that failed since one succeeded, whatever they were of. */
  readonly failures: number;
  /** Who delivers at the moment; empty: nobody. */
  readonly holder: string;
  /** How the last attempt that failed did. */
  readonly lastError: string | undefined;
}

/** What is delivered in order: one partition of one queue. There is one as long as something waits. */
export interface DeliveryLane {
  readonly partition: string;
  /** Before which its first delivery is not attempted. */
  readonly nextAt: number;
}

/** An event on its way to one target. */
export interface Delivery extends QueueRef {
  /** Orders those of one target. */
  readonly sequence: number;
  readonly partition: string;
  readonly eventId: string;
  /** JSON of the EventEnvelope. */
  readonly envelope: string;
  /** The buses that it came by before this target's; see RegistryEvent. */
  readonly passed?: readonly Registry[];
  readonly queuedAt: number;
  /** How often it was attempted. */
  readonly attempts: number;
}

/** Why something was not delivered. Source of the codes: EventBridge, "Dead-letter queues", in part. */
export type DeadLetterCode =
  | "INVALID_REQUEST"
  | "REFUSED_BY_TARGET"
  | "TARGET_GONE"
  | "NO_PERMISSIONS"
  | "EVENT_AGE_EXCEEDED"
  | "RETRY_ATTEMPTS_EXCEEDED";

/** An event that a target was not given and will not be by itself. */
export interface DeadLetter {
  readonly registry: Registry;
  /** Begins with its time, so that ids are in order. */
  readonly id: string;
  readonly rule: string;
  readonly targetId: string;
  readonly targetArn: string;
  readonly eventId: string;
  readonly partition: string;
  readonly envelope: string;
  readonly passed?: readonly Registry[];
  readonly queuedAt: number;
  readonly attempts: number;
  readonly code: DeadLetterCode;
  /** The last error; no secrets. */
  readonly reason: string;
  readonly at: number;
}

/** Of a target or of a whole rule; both absent: all of the registry. */
export interface DeadLetterFilter {
  readonly rule?: string | undefined;
  /** Only with a rule. */
  readonly targetId?: string | undefined;
}
