import type {
  EventRuleReads,
  EventRuleWrites,
  RoutedTarget,
} from "../../../ports/event-rule-store.ts";
import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  EventRule,
  EventTarget,
  RuleRef,
  TargetSettings,
} from "../../../registry/events/rule.ts";
import type { Registry } from "../../../registry/names.ts";
import type { EventRuleTable, EventTargetTable } from "./event-rule-tables.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlEventRules implements EventRuleReads, EventRuleWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async find(rule: RuleRef): Promise<EventRule | undefined> {
    const row = await this.#session.first(find, keyOf(rule));
    return row && toRule(row);
  }

  async list(
    registry: Registry,
    { after = "", limit }: PageRequest<string>,
    namePrefix = "",
  ): Promise<EventRule[]> {
    // No character of a name comes after "~".
    const range = { from: namePrefix, to: `${namePrefix}~` };
    const page = { ...registryKey(registry), ...range, after, limit };
    return (await this.#session.all(list, page)).map(toRule);
  }

  async count(registry: Registry): Promise<number> {
    return Number((await this.#session.first(count, registryKey(registry)))?.rules ?? 0);
  }

  async targets(rule: RuleRef): Promise<EventTarget[]> {
    return (await this.#session.all(targets, keyOf(rule))).map(toTarget);
  }

  async findTarget(rule: RuleRef, id: string): Promise<EventTarget | undefined> {
    const row = await this.#session.first(findTarget, { ...keyOf(rule), id });
    return row && toTarget(row);
  }

  async routes(registry: Registry): Promise<RoutedTarget[]> {
    const rows = await this.#session.all(routes, registryKey(registry));
    return rows.map((row) => ({ ...toTarget(row), pattern: row.pattern }));
  }

  async namesByTarget(
    registry: Registry,
    arn: string,
    { after = "", limit }: PageRequest<string>,
  ): Promise<string[]> {
    const page = { ...registryKey(registry), arn, after, limit };
    return (await this.#session.all(byTarget, page)).map(({ rule }) => rule);
  }

  async lock(rule: RuleRef): Promise<EventRule | undefined> {
    const row = await this.#session.first(lock, keyOf(rule));
    return row && toRule(row);
  }

  async insertIfAbsent(rule: EventRule): Promise<boolean> {
    return (await this.#session.change(insert, toRow(rule))) > 0;
  }

  async replace(rule: EventRule): Promise<void> {
    await this.#session.later(replace, toRow(rule));
  }

  async remove(rule: RuleRef): Promise<void> {
    await this.#session.later(remove, keyOf(rule));
  }

  async putTarget(target: EventTarget): Promise<void> {
    await this.#session.later(putTarget, {
      ...registryKey(target.registry),
      rule: target.rule,
      id: target.id,
      uid: target.uid,
      arn: target.arn,
      settings: JSON.stringify(target.settings),
    });
  }

  async removeTarget(rule: RuleRef, id: string): Promise<boolean> {
    return (await this.#session.change(removeTarget, { ...keyOf(rule), id })) > 0;
  }
}

type RuleKey = RegistryKey & { readonly name: string };
type TargetKey = RuleKey & { readonly id: string };

function keyOf({ registry, name }: RuleRef): RuleKey {
  return { ...registryKey(registry), name };
}

function toRule(row: EventRuleTable): EventRule {
  return {
    registry: registryKey(row),
    name: row.name,
    pattern: row.pattern,
    state: row.state,
    description: row.description ?? undefined,
    roleArn: row.role_arn ?? undefined,
    tags: new Map(JSON.parse(row.tags) as [string, string][]),
  };
}

function toRow(rule: EventRule): Fields<EventRuleTable> {
  return {
    ...keyOf(rule),
    pattern: rule.pattern,
    state: rule.state,
    description: rule.description ?? null,
    role_arn: rule.roleArn ?? null,
    tags: JSON.stringify([...rule.tags]),
  };
}

function toTarget(row: EventTargetTable): EventTarget {
  return {
    registry: registryKey(row),
    rule: row.rule,
    id: row.id,
    uid: row.uid,
    arn: row.arn,
    settings: JSON.parse(row.settings) as TargetSettings,
  };
}

const find = statement(({ builder }, key: RuleKey) =>
  builder
    .selectFrom("event_rule")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const lock = statement(({ builder, locksRows }, key: RuleKey) => {
  const query = builder
    .selectFrom("event_rule")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), name: key.name }));
  return locksRows ? query.forUpdate() : query;
});

type Page = RegistryKey & { from: string; to: string; after: string; limit: number };

const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("event_rule")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("name", ">", page.after)
    .where("name", ">=", page.from)
    .where("name", "<=", page.to)
    .orderBy("name")
    .limit(page.limit),
);

const count = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("event_rule")
    .select(({ fn }) => fn.countAll<number>().as("rules"))
    .where((row) => row.and(ofRegistry(key))),
);

const targets = statement(({ builder }, key: RuleKey) =>
  builder
    .selectFrom("event_target")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), rule: key.name }))
    .orderBy("id"),
);

const findTarget = statement(({ builder }, key: TargetKey) =>
  builder
    .selectFrom("event_target")
    .selectAll()
    .where((row) => row.and({ ...ofRegistry(key), rule: key.name, id: key.id })),
);

const routes = statement(({ builder }, key: RegistryKey) =>
  builder
    .selectFrom("event_rule")
    .innerJoin("event_target", (join) =>
      join
        .onRef("event_target.account", "=", "event_rule.account")
        .onRef("event_target.region", "=", "event_rule.region")
        .onRef("event_target.rule", "=", "event_rule.name"),
    )
    .selectAll("event_target")
    .select("event_rule.pattern")
    .where("event_rule.account", "=", key.account)
    .where("event_rule.region", "=", key.region)
    .where("event_rule.state", "=", "ENABLED"),
);

const byTarget = statement(
  ({ builder }, page: RegistryKey & { arn: string; after: string; limit: number }) =>
    builder
      .selectFrom("event_target")
      .select("rule")
      .distinct()
      .where((row) => row.and({ ...ofRegistry(page), arn: page.arn }))
      .where("rule", ">", page.after)
      .orderBy("rule")
      .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<EventRuleTable>) =>
  builder
    .insertInto("event_rule")
    .values({ ...ofRegistry(row), name: row.name, ...settingsOf(row) })
    .onConflict((conflict) => conflict.columns(["account", "region", "name"]).doNothing()),
);

const replace = statement(({ builder }, row: Fields<EventRuleTable>) =>
  builder
    .updateTable("event_rule")
    .set(settingsOf(row))
    .where((expression) => expression.and({ ...ofRegistry(row), name: row.name })),
);

function settingsOf(row: Fields<EventRuleTable>) {
  return {
    pattern: row.pattern,
    state: row.state,
    description: row.description,
    role_arn: row.role_arn,
    tags: row.tags,
  };
}

const remove = statement(({ builder }, key: RuleKey) =>
  builder.deleteFrom("event_rule").where((row) => row.and({ ...ofRegistry(key), name: key.name })),
);

const putTarget = statement(({ builder }, row: Fields<EventTargetTable>) =>
  builder
    .insertInto("event_target")
    .values({
      ...ofRegistry(row),
      rule: row.rule,
      id: row.id,
      uid: row.uid,
      arn: row.arn,
      settings: row.settings,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["account", "region", "rule", "id"])
        .doUpdateSet({ arn: row.arn, settings: row.settings }),
    ),
);

const removeTarget = statement(({ builder }, key: TargetKey) =>
  builder
    .deleteFrom("event_target")
    .where((row) => row.and({ ...ofRegistry(key), rule: key.name, id: key.id })),
);
