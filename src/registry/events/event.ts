import type { Registry } from "../names.ts";

/** A JSON object, as it is told to receivers. */
export type EventDetail = { readonly [name: string]: unknown };

/** That an event is told again, from an archive. */
export interface EventReplay {
  readonly name: string;
  /** ARNs of the rules that it is told to alone; empty: all rules. */
  readonly rules: readonly string[];
}

/**
 * One thing that happened. It is written in the transaction of what it tells (I14), and its id is the
 * same however often it is delivered.
 */
export interface RegistryEvent {
  /** A UUID. */
  readonly id: string;
  /** Whose event bus it is on. */
  readonly registry: Registry;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `aws.ecr`, `aws.kms`, `entrepot`, or what PutEvents gave. */
  readonly source: string;
  /** `ECR Image Action` and the like. */
  readonly detailType: string;
  /** ARNs. */
  readonly resources: readonly string[];
  readonly detail: EventDetail;
  /**
   * Events of a registry with the same one are delivered in their order: a repository's id; empty
   * where no order is promised.
   */
  readonly partition: string;
  /** Absent where it is told for the first time. */
  readonly replay?: EventReplay;
  /** The buses that it came by, in order, from the one where it happened; absent on that one. */
  readonly passed?: readonly Registry[];
}

/** What receivers are given. Source: EventBridge, "Events"; ECR, "EventBridge events". */
export interface EventEnvelope {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 in UTC, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: EventDetail;
  readonly "replay-name"?: string;
}

/** Account and region are those where it happened, on whatever bus it is. */
export function envelopeOf(event: RegistryEvent): EventEnvelope {
  const [origin = event.registry] = event.passed ?? [];
  return {
    version: "0",
    id: event.id,
    "detail-type": event.detailType,
    source: event.source,
    account: origin.account,
    time: `${new Date(event.at).toISOString().slice(0, 19)}Z`,
    region: origin.region,
    resources: event.resources,
    detail: event.detail,
    ...(event.replay === undefined ? {} : { "replay-name": event.replay.name }),
  };
}
