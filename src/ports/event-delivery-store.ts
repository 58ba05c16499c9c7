/** What waits to be delivered, and what never was, as narrow tables of the MetadataStore: the same promises. */
import type {
  DeadLetter,
  DeadLetterFilter,
  Delivery,
  DeliveryLane,
  DeliveryQueue,
  QueueRef,
} from "../registry/events/delivery.ts";
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

export interface EventDeliveryReads {
  queue(queue: QueueRef): Promise<DeliveryQueue | undefined>;
  /** When the first of the queues of every registry is due; `undefined` where there is none. */
  nextDue(): Promise<number | undefined>;
  /** Lanes of the queue that were due at `now`, the longest due first. */
  lanes(queue: QueueRef, now: number, limit: number): Promise<DeliveryLane[]>;
  /** When the first of the queue's lanes is due; `undefined` where there is none. */
  nextLane(queue: QueueRef): Promise<number | undefined>;
  /** The first deliveries of one lane. */
  heads(queue: QueueRef, partition: string, limit: number): Promise<Delivery[]>;
  /** The first deliveries of all lanes. */
  oldest(queue: QueueRef, limit: number): Promise<Delivery[]>;
  /** The sequence number that was given out last of those that are there; 0 where none is. */
  lastSequence(queue: QueueRef): Promise<number>;
  /** Looks at each entry of an index: for metrics and tests. */
  waiting(queue: QueueRef): Promise<number>;
}

/**
 * Whoever changes anything of a queue has woken or locked it before, in the order of (account, region,
 * target) where there are several.
 */
export interface EventDeliveryWrites {
  /**
   * Has the queue be there, due at `now` or since before: unless it is held, or its target does not
   * answer and is waited for. Nobody else locks it until this transaction ends.
   */
  wake(queue: QueueRef & Pick<DeliveryQueue, "rule" | "targetId">, now: number): Promise<void>;
  /** Like `queue`, and nobody else locks or wakes it until this transaction ends. */
  lock(queue: QueueRef): Promise<DeliveryQueue | undefined>;
  /** Queues that were due at `now`, the longest due first; passes over those that are locked. */
  lockDue(now: number, limit: number): Promise<DeliveryQueue[]>;
  replace(queue: DeliveryQueue): Promise<void>;
  remove(queue: QueueRef): Promise<void>;
  /** Has the lane be there, due at that time if it is new. */
  openLane(queue: QueueRef, lane: DeliveryLane): Promise<void>;
  setLane(queue: QueueRef, lane: DeliveryLane): Promise<void>;
  /** Makes all lanes due that wait for a time after `now`. */
  hastenLanes(queue: QueueRef, now: number): Promise<void>;
  /** Removes the lane if nothing waits in it. */
  closeLane(queue: QueueRef, partition: string): Promise<void>;
  add(deliveries: readonly Delivery[]): Promise<void>;
  setAttempts(delivery: Delivery, attempts: number): Promise<void>;
  removeDelivered(queue: QueueRef, sequences: readonly number[]): Promise<void>;
}

export interface DeadLetterReads {
  find(registry: Registry, id: string): Promise<DeadLetter | undefined>;
  /** By id, which is by time. */
  list(
    registry: Registry,
    page: PageRequest<string>,
    filter?: DeadLetterFilter,
  ): Promise<DeadLetter[]>;
}

export interface DeadLetterWrites {
  insert(letters: readonly DeadLetter[]): Promise<void>;
  /** False when it was gone. */
  remove(registry: Registry, id: string): Promise<boolean>;
  /** Removes those from before that time; resolves to how many. */
  removeBefore(at: number, limit: number): Promise<number>;
}
