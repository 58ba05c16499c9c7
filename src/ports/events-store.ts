/** All tables of events, as the MetadataStore has them. */
import type {
  EventArchiveReads,
  EventArchiveWrites,
  EventReplayReads,
  EventReplayWrites,
} from "./event-archive-store.ts";
import type { EventBusReads, EventBusWrites } from "./event-bus-store.ts";
import type {
  DeadLetterReads,
  DeadLetterWrites,
  EventDeliveryReads,
  EventDeliveryWrites,
} from "./event-delivery-store.ts";
import type {
  ApiDestinationReads,
  ApiDestinationWrites,
  ConnectionReads,
  ConnectionWrites,
  EventRuleReads,
  EventRuleWrites,
} from "./event-rule-store.ts";
import type { EventLogReads, EventLogWrites, OutboxReads, OutboxWrites } from "./event-store.ts";

export interface EventsReads {
  readonly outbox: OutboxReads;
  readonly eventLog: EventLogReads;
  readonly eventArchives: EventArchiveReads;
  readonly eventReplays: EventReplayReads;
  readonly eventRules: EventRuleReads;
  readonly connections: ConnectionReads;
  readonly apiDestinations: ApiDestinationReads;
  readonly eventDeliveries: EventDeliveryReads;
  readonly deadLetters: DeadLetterReads;
  readonly eventBuses: EventBusReads;
}

export interface EventsChange {
  readonly outbox: OutboxReads & OutboxWrites;
  readonly eventLog: EventLogReads & EventLogWrites;
  readonly eventArchives: EventArchiveReads & EventArchiveWrites;
  readonly eventReplays: EventReplayReads & EventReplayWrites;
  readonly eventRules: EventRuleReads & EventRuleWrites;
  readonly connections: ConnectionReads & ConnectionWrites;
  readonly apiDestinations: ApiDestinationReads & ApiDestinationWrites;
  readonly eventDeliveries: EventDeliveryReads & EventDeliveryWrites;
  readonly deadLetters: DeadLetterReads & DeadLetterWrites;
  readonly eventBuses: EventBusReads & EventBusWrites;
}
