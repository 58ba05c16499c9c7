import type { EventDetail, EventReplay, RegistryEvent } from "../../../registry/events/event.ts";
import type { Registry } from "../../../registry/names.ts";
import type { EventRow, OutboxTable } from "./event-tables.ts";
import { registryKey } from "./keys.ts";
import type { Fields } from "./statement.ts";

export function toEvent(row: EventRow): RegistryEvent {
  return {
    id: row.id,
    registry: registryKey(row),
    at: row.at,
    source: row.source,
    detailType: row.detail_type,
    resources: JSON.parse(row.resources) as string[],
    detail: JSON.parse(row.detail) as EventDetail,
    partition: row.partition,
    ...toPassed(row.passed),
  };
}

/** The buses that an event came by, where there are any. */
export function toPassed(passed: string | null): Pick<RegistryEvent, "passed"> {
  return passed === null ? {} : { passed: JSON.parse(passed) as Registry[] };
}

export function toPassedColumn(passed: RegistryEvent["passed"]): string | null {
  return passed === undefined ? null : JSON.stringify(passed);
}

export function toEventRow(event: RegistryEvent): Fields<EventRow> {
  return {
    ...registryKey(event.registry),
    id: event.id,
    partition: event.partition,
    at: event.at,
    source: event.source,
    detail_type: event.detailType,
    resources: JSON.stringify(event.resources),
    detail: JSON.stringify(event.detail),
    passed: toPassedColumn(event.passed),
  };
}

/** Of an event that waits: it may be one that is told again. */
export function toWaitingEvent(row: EventRow & Pick<OutboxTable, "replay">): RegistryEvent {
  const event = toEvent(row);
  return row.replay === null ? event : { ...event, replay: JSON.parse(row.replay) as EventReplay };
}

/** Picks the columns out of the parameters of a statement, which can not be spread. */
export function eventValues(row: Fields<EventRow>) {
  return {
    ...{ id: row.id, account: row.account, region: row.region, partition: row.partition },
    ...{ at: row.at, source: row.source, detail_type: row.detail_type },
    ...{ resources: row.resources, detail: row.detail, passed: row.passed },
  };
}
