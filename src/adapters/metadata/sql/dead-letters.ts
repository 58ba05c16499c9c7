import type { DeadLetterReads, DeadLetterWrites } from "../../../ports/event-delivery-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  DeadLetter,
  DeadLetterCode,
  DeadLetterFilter,
} from "../../../registry/events/delivery.ts";
import type { Registry } from "../../../registry/names.ts";
import { toPassed, toPassedColumn } from "./event-row.ts";
import type { DeadLetterTable } from "./event-rule-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlDeadLetters implements DeadLetterReads, DeadLetterWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(registry: Registry, id: string): Promise<DeadLetter | undefined> {
    const row = await this.#session.first(find, { ...registryKey(registry), id });
    return row && toLetter(row);
  }

  async list(
    registry: Registry,
    { after = "", limit }: PageRequest<string>,
    { rule, targetId }: DeadLetterFilter = {},
  ): Promise<DeadLetter[]> {
    const page = { ...registryKey(registry), after, limit };
    if (rule === undefined) return (await this.#session.all(list, page)).map(toLetter);
    if (targetId === undefined) {
      return (await this.#session.all(listRule, { ...page, rule })).map(toLetter);
    }
    return (await this.#session.all(listTarget, { ...page, rule, targetId })).map(toLetter);
  }

  async insert(letters: readonly DeadLetter[]): Promise<void> {
    await this.#session.allLater(
      letters.map((letter) => this.#session.command(insert, toRow(letter))),
    );
  }

  async remove(registry: Registry, id: string): Promise<boolean> {
    return (await this.#session.change(remove, { ...registryKey(registry), id })) > 0;
  }

  async removeBefore(at: number, limit: number): Promise<number> {
    const old = await this.#session.all(listBefore, { at, limit });
    await this.#session.allLater(
      old.map((row) => this.#session.command(remove, { ...registryKey(row), id: row.id })),
    );
    return old.length;
  }
}

function toLetter(row: DeadLetterTable): DeadLetter {
  return {
    registry: registryKey(row),
    id: row.id,
    rule: row.rule,
    targetId: row.target_id,
    targetArn: row.target_arn,
    eventId: row.event_id,
    partition: row.partition,
    envelope: row.envelope,
    ...toPassed(row.passed),
    queuedAt: row.queued_at,
    attempts: row.attempts,
    code: row.code as DeadLetterCode,
    reason: row.reason,
    at: row.at,
  };
}

function toRow(letter: DeadLetter): Fields<DeadLetterTable> {
  return {
    ...registryKey(letter.registry),
    id: letter.id,
    rule: letter.rule,
    target_id: letter.targetId,
    target_arn: letter.targetArn,
    event_id: letter.eventId,
    partition: letter.partition,
    envelope: letter.envelope,
    passed: toPassedColumn(letter.passed),
    queued_at: letter.queuedAt,
    attempts: letter.attempts,
    code: letter.code,
    reason: letter.reason,
    at: letter.at,
  };
}

type LetterKey = RegistryKey & { readonly id: string };
type Page = RegistryKey & { readonly after: string; readonly limit: number };

const find = statement(({ builder }, key: LetterKey) =>
  builder
    .selectFrom("dead_letter")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), id: key.id })),
);

const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("dead_letter")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const listRule = statement(({ builder }, page: Page & { rule: string }) =>
  builder
    .selectFrom("dead_letter")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), rule: page.rule }))
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const listTarget = statement(({ builder }, page: Page & { rule: string; targetId: string }) =>
  builder
    .selectFrom("dead_letter")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(page), rule: page.rule, target_id: page.targetId }))
    .where("id", ">", page.after)
    .orderBy("id")
    .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<DeadLetterTable>) =>
  builder.insertInto("dead_letter").values({
    ...ofRegistry(row),
    id: row.id,
    rule: row.rule,
    target_id: row.target_id,
    target_arn: row.target_arn,
    event_id: row.event_id,
    partition: row.partition,
    envelope: row.envelope,
    passed: row.passed,
    queued_at: row.queued_at,
    attempts: row.attempts,
    code: row.code,
    reason: row.reason,
    at: row.at,
  }),
);

const listBefore = statement(({ builder }, page: { at: number; limit: number }) =>
  builder
    .selectFrom("dead_letter")
    .select(["account", "region", "id"])
    .where("at", "<", page.at)
    .orderBy("at")
    .limit(page.limit),
);

const remove = statement(({ builder }, key: LetterKey) =>
  builder.deleteFrom("dead_letter").where((row) => row.and({ ...ofRegistry(key), id: key.id })),
);
