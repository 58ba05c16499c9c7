/** Tables of what happened. */
import type { RegistryEvent } from "../registry/events/event.ts";
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

/** An event that nobody was told of yet. */
export interface WaitingEvent {
  /** Counted by the database, in gaps. */
  readonly sequence: number;
  readonly event: RegistryEvent;
}

/**
 * Events that were committed with what they tell, and wait to be routed. Of two events of one partition
 * the one that was committed first has the smaller sequence, if whoever adds one holds a lock that all
 * who add to that partition take before (ADR-0042). Others may become visible out of order.
 */
export interface OutboxReads {
  /** By sequence. What is read at once keeps the promise of order; page after page would not. */
  first(limit: number): Promise<WaitingEvent[]>;
  /** Bytes of each of the first, of what is as long as somebody wants it to be. Reads none of it. */
  sizes(limit: number): Promise<number[]>;
  hasAtLeast(count: number): Promise<boolean>;
}
export interface OutboxWrites {
  /** After the lock of what it is about was taken. Costs no round trip. */
  add(event: RegistryEvent): Promise<void>;
  remove(sequences: readonly number[]): Promise<void>;
}

/** An event that was routed. */
export interface LoggedEvent {
  /**
   * Counts the events of the deployment, from 1. Who has seen one position never sees a smaller one
   * come up: they are given out under a lock.
   */
  readonly position: number;
  /** When it was routed, in milliseconds since the epoch. */
  readonly loggedAt: number;
  readonly event: RegistryEvent;
}

export interface EventLogReads {
  /** The position that was given out last; 0 where none was. */
  end(): Promise<number>;
  /** Of the registry, by position. */
  list(registry: Registry, page: PageRequest<number>): Promise<LoggedEvent[]>;
  /** The same, the newest first: `after` is the position that they come before. */
  listBack(registry: Registry, page: PageRequest<number>): Promise<LoggedEvent[]>;
  /** The position of the first one that was logged at that time or later, the smallest of several. */
  firstSince(registry: Registry, at: number): Promise<number | undefined>;
}
export interface EventLogWrites {
  /**
   * Takes the log until this transaction ends, and resolves to `end`; to `undefined`, without waiting,
   * while another has it.
   */
  lock(): Promise<number | undefined>;
  /** Positions go on from `lock` without a gap. */
  append(events: readonly LoggedEvent[]): Promise<void>;
  /** Removes the oldest that were logged before `at`, at most `limit`; resolves to how many. */
  removeBefore(at: number, limit: number): Promise<number>;
}
