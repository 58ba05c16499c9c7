/** The rows of rules, targets and deliveries of events, as they are stored: see `tables.ts`. */
import type { AccountId, Region } from "../../../registry/names.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

export interface EventRuleTable extends OfRegistry {
  name: string;
  pattern: string;
  state: "ENABLED" | "DISABLED";
  description: string | null;
  role_arn: string | null;
  /** JSON: pairs. */
  tags: string;
}

export interface EventTargetTable extends OfRegistry {
  rule: string;
  id: string;
  uid: string;
  arn: string;
  /** JSON. */
  settings: string;
}

/** A connection or an API destination. */
export interface EventEndpointTable extends OfRegistry {
  name: string;
  id: string;
  /** JSON: all that is not secret. */
  settings: string;
  sealed_secrets: string;
}

interface OfTarget extends OfRegistry {
  /** The target's uid. */
  target: string;
}

export interface EventQueueTable extends OfTarget {
  rule: string;
  target_id: string;
  next_at: number;
  failures: number;
  holder: string;
  last_error: string | null;
}

export interface EventLaneTable extends OfTarget {
  partition: string;
  next_at: number;
}

export interface EventDeliveryTable extends OfTarget {
  sequence: number;
  partition: string;
  event_id: string;
  envelope: string;
  /** A JSON array of registries. */
  passed: string | null;
  queued_at: number;
  attempts: number;
}

export interface DeadLetterTable extends OfRegistry {
  id: string;
  rule: string;
  target_id: string;
  target_arn: string;
  event_id: string;
  partition: string;
  envelope: string;
  /** A JSON array of registries. */
  passed: string | null;
  queued_at: number;
  attempts: number;
  code: string;
  reason: string;
  at: number;
}

export interface EventBusPolicyTable extends OfRegistry {
  document: string;
}

export interface EventArrivalTable extends OfRegistry {
  event_id: string;
  at: number;
}

export interface EventRuleTables {
  event_bus_policy: EventBusPolicyTable;
  event_arrival: EventArrivalTable;
  event_rule: EventRuleTable;
  event_target: EventTargetTable;
  event_connection: EventEndpointTable;
  event_destination: EventEndpointTable;
  event_queue: EventQueueTable;
  event_lane: EventLaneTable;
  event_delivery: EventDeliveryTable;
  dead_letter: DeadLetterTable;
}
