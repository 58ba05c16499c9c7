import { sql } from "kysely";
import type {
  EventDeliveryReads,
  EventDeliveryWrites,
} from "../../../ports/event-delivery-store.ts";
import type {
  Delivery,
  DeliveryLane,
  DeliveryQueue,
  QueueRef,
} from "../../../registry/events/delivery.ts";
import { eventRuleLimits } from "../../../registry/events/event-rule-limits.ts";
import { toPassed, toPassedColumn } from "./event-row.ts";
import type { EventDeliveryTable, EventQueueTable } from "./event-rule-tables.ts";
import { type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlEventDeliveries implements EventDeliveryReads, EventDeliveryWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async queue(queue: QueueRef): Promise<DeliveryQueue | undefined> {
    const row = await this.#session.first(find, keyOf(queue));
    return row && toQueue(row);
  }

  async nextDue(): Promise<number | undefined> {
    return (await this.#session.first(firstDue, {}))?.next_at;
  }

  async lanes(queue: QueueRef, now: number, limit: number): Promise<DeliveryLane[]> {
    const rows = await this.#session.all(dueLanes, { ...keyOf(queue), now, limit });
    return rows.map(({ partition, next_at: nextAt }) => ({ partition, nextAt }));
  }

  async nextLane(queue: QueueRef): Promise<number | undefined> {
    return (await this.#session.first(firstLane, keyOf(queue)))?.next_at;
  }

  async heads(queue: QueueRef, partition: string, limit: number): Promise<Delivery[]> {
    return (await this.#session.all(heads, { ...keyOf(queue), partition, limit })).map(toDelivery);
  }

  async oldest(queue: QueueRef, limit: number): Promise<Delivery[]> {
    return (await this.#session.all(oldest, { ...keyOf(queue), limit })).map(toDelivery);
  }

  async lastSequence(queue: QueueRef): Promise<number> {
    return (await this.#session.first(last, keyOf(queue)))?.sequence ?? 0;
  }

  async waiting(queue: QueueRef): Promise<number> {
    return Number((await this.#session.first(count, keyOf(queue)))?.deliveries ?? 0);
  }

  async wake(
    queue: QueueRef & Pick<DeliveryQueue, "rule" | "targetId">,
    now: number,
  ): Promise<void> {
    const { rule, targetId: target_id } = queue;
    // At once, since what comes later in this transaction relies on the lock.
    await this.#session.change(wake, { ...keyOf(queue), rule, target_id, now });
  }

  async lock(queue: QueueRef): Promise<DeliveryQueue | undefined> {
    const row = await this.#session.first(lock, keyOf(queue));
    return row && toQueue(row);
  }

  async lockDue(now: number, limit: number): Promise<DeliveryQueue[]> {
    return (await this.#session.all(lockDue, { now, limit })).map(toQueue);
  }

  async replace(queue: DeliveryQueue): Promise<void> {
    await this.#session.later(replace, {
      ...keyOf(queue),
      next_at: queue.nextAt,
      failures: queue.failures,
      holder: queue.holder,
      last_error: queue.lastError ?? null,
    });
  }

  async remove(queue: QueueRef): Promise<void> {
    await this.#session.later(remove, keyOf(queue));
  }

  async openLane(queue: QueueRef, { partition, nextAt }: DeliveryLane): Promise<void> {
    await this.#session.later(openLane, { ...keyOf(queue), partition, next_at: nextAt });
  }

  async setLane(queue: QueueRef, { partition, nextAt }: DeliveryLane): Promise<void> {
    await this.#session.later(setLane, { ...keyOf(queue), partition, next_at: nextAt });
  }

  async hastenLanes(queue: QueueRef, now: number): Promise<void> {
    await this.#session.later(hasten, { ...keyOf(queue), now });
  }

  async closeLane(queue: QueueRef, partition: string): Promise<void> {
    await this.#session.later(closeLane, { ...keyOf(queue), partition });
  }

  async add(deliveries: readonly Delivery[]): Promise<void> {
    await this.#session.allLater(
      deliveries.map((delivery) => this.#session.command(insert, toRow(delivery))),
    );
  }

  async setAttempts(delivery: Delivery, attempts: number): Promise<void> {
    const { sequence } = delivery;
    await this.#session.later(setAttempts, { ...keyOf(delivery), sequence, attempts });
  }

  async removeDelivered(queue: QueueRef, sequences: readonly number[]): Promise<void> {
    const key = keyOf(queue);
    await this.#session.allLater(
      sequences.map((sequence) => this.#session.command(removeOne, { ...key, sequence })),
    );
  }
}

type QueueKey = RegistryKey & { readonly target: string };

function keyOf({ registry, target }: QueueRef): QueueKey {
  return { ...registryKey(registry), target };
}

function ofTarget({ account, region, target }: QueueKey) {
  return { account, region, target };
}

function toQueue(row: EventQueueTable): DeliveryQueue {
  return {
    registry: registryKey(row),
    target: row.target,
    rule: row.rule,
    targetId: row.target_id,
    nextAt: row.next_at,
    failures: row.failures,
    holder: row.holder,
    lastError: row.last_error ?? undefined,
  };
}

function toDelivery(row: EventDeliveryTable): Delivery {
  return {
    registry: registryKey(row),
    target: row.target,
    sequence: row.sequence,
    partition: row.partition,
    eventId: row.event_id,
    envelope: row.envelope,
    ...toPassed(row.passed),
    queuedAt: row.queued_at,
    attempts: row.attempts,
  };
}

function toRow(delivery: Delivery): Fields<EventDeliveryTable> {
  return {
    ...keyOf(delivery),
    sequence: delivery.sequence,
    partition: delivery.partition,
    event_id: delivery.eventId,
    envelope: delivery.envelope,
    passed: toPassedColumn(delivery.passed),
    queued_at: delivery.queuedAt,
    attempts: delivery.attempts,
  };
}

const find = statement(({ builder }, key: QueueKey) =>
  builder
    .selectFrom("event_queue")
    .selectAll()
    .where((row) => row.and(ofTarget(key))),
);

const lock = statement(({ builder, locksRows }, key: QueueKey) => {
  const query = builder
    .selectFrom("event_queue")
    .selectAll()
    .where((row) => row.and(ofTarget(key)));
  return locksRows ? query.forUpdate() : query;
});

const firstDue = statement(({ builder }, _: Record<string, never>) =>
  builder
    .selectFrom("event_queue")
    .select("next_at")
    .where("next_at", ">=", sql.lit(0))
    .orderBy("next_at")
    .limit(1),
);

const lockDue = statement(({ builder, locksRows }, page: { now: number; limit: number }) => {
  const query = builder
    .selectFrom("event_queue")
    .selectAll()
    .where("next_at", "<=", page.now)
    .orderBy("next_at")
    .limit(page.limit);
  return locksRows ? query.forUpdate().skipLocked() : query;
});

type QueueOrigin = QueueKey & Pick<EventQueueTable, "rule" | "target_id"> & { now: number };

// Since when it is due stays: one that is woken again and again does not pass others that wait.
const wake = statement(({ builder }, row: QueueOrigin) =>
  builder
    .insertInto("event_queue")
    .values({
      ...ofTarget(row),
      rule: row.rule,
      target_id: row.target_id,
      next_at: row.now,
      failures: sql.lit(0),
      holder: sql.lit(""),
      last_error: null,
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "target"]).doUpdateSet({
        next_at: sql<number>`case when event_queue.holder = ''
          and event_queue.failures < ${sql.lit(eventRuleLimits.breakerFailures)}
          and event_queue.next_at > excluded.next_at
          then excluded.next_at else event_queue.next_at end`,
      }),
    ),
);

const replace = statement(({ builder }, row: Omit<Fields<EventQueueTable>, "rule" | "target_id">) =>
  builder
    .updateTable("event_queue")
    .set({
      next_at: row.next_at,
      failures: row.failures,
      holder: row.holder,
      last_error: row.last_error,
    })
    .where((expression) => expression.and(ofTarget(row))),
);

const remove = statement(({ builder }, key: QueueKey) =>
  builder.deleteFrom("event_queue").where((row) => row.and(ofTarget(key))),
);

const dueLanes = statement(({ builder }, page: QueueKey & { now: number; limit: number }) =>
  builder
    .selectFrom("event_lane")
    .select(["partition", "next_at"])
    .where((row) => row.and(ofTarget(page)))
    .where("next_at", "<=", page.now)
    .orderBy("next_at")
    .limit(page.limit),
);

const firstLane = statement(({ builder }, key: QueueKey) =>
  builder
    .selectFrom("event_lane")
    .select("next_at")
    .where((row) => row.and(ofTarget(key)))
    .orderBy("next_at")
    .limit(1),
);

type LaneKey = QueueKey & { readonly partition: string };

const openLane = statement(({ builder }, row: LaneKey & { next_at: number }) =>
  builder
    .insertInto("event_lane")
    .values({ ...ofTarget(row), partition: row.partition, next_at: row.next_at })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "target", "partition"]).doNothing(),
    ),
);

const setLane = statement(({ builder }, row: LaneKey & { next_at: number }) =>
  builder
    .updateTable("event_lane")
    .set({ next_at: row.next_at })
    .where((expression) => expression.and({ ...ofTarget(row), partition: row.partition })),
);

const hasten = statement(({ builder }, key: QueueKey & { now: number }) =>
  builder
    .updateTable("event_lane")
    .set({ next_at: key.now })
    .where((row) => row.and(ofTarget(key)))
    .where("next_at", ">", key.now),
);

const closeLane = statement(({ builder }, key: LaneKey) =>
  builder
    .deleteFrom("event_lane")
    .where((row) => row.and({ ...ofTarget(key), partition: key.partition }))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("event_delivery")
            .select("sequence")
            .where((row) => row.and({ ...ofTarget(key), partition: key.partition })),
        ),
      ),
    ),
);

const heads = statement(({ builder }, page: LaneKey & { limit: number }) =>
  builder
    .selectFrom("event_delivery")
    .selectAll()
    .where((row) => row.and({ ...ofTarget(page), partition: page.partition }))
    .orderBy("sequence")
    .limit(page.limit),
);

const oldest = statement(({ builder }, page: QueueKey & { limit: number }) =>
  builder
    .selectFrom("event_delivery")
    .selectAll()
    .where((row) => row.and(ofTarget(page)))
    .orderBy("sequence")
    .limit(page.limit),
);

const last = statement(({ builder }, key: QueueKey) =>
  builder
    .selectFrom("event_delivery")
    .select("sequence")
    .where((row) => row.and(ofTarget(key)))
    .orderBy("sequence", "desc")
    .limit(1),
);

const count = statement(({ builder }, key: QueueKey) =>
  builder
    .selectFrom("event_delivery")
    .select(({ fn }) => fn.countAll<number>().as("deliveries"))
    .where((row) => row.and(ofTarget(key))),
);

const insert = statement(({ builder }, row: Fields<EventDeliveryTable>) =>
  builder.insertInto("event_delivery").values({
    ...ofTarget(row),
    sequence: row.sequence,
    partition: row.partition,
    event_id: row.event_id,
    envelope: row.envelope,
    passed: row.passed,
    queued_at: row.queued_at,
    attempts: row.attempts,
  }),
);

type OneKey = QueueKey & { readonly sequence: number };

const setAttempts = statement(({ builder }, row: OneKey & { attempts: number }) =>
  builder
    .updateTable("event_delivery")
    .set({ attempts: row.attempts })
    .where((expression) => expression.and({ ...ofTarget(row), sequence: row.sequence })),
);

const removeOne = statement(({ builder }, key: OneKey) =>
  builder
    .deleteFrom("event_delivery")
    .where((row) => row.and({ ...ofTarget(key), sequence: key.sequence })),
);
