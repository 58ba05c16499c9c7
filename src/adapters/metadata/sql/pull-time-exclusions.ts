import type { PageRequest } from "../../../ports/page-request.ts";
import type {
  PullTimeExclusionReads,
  PullTimeExclusionWrites,
} from "../../../ports/pull-time-exclusion-store.ts";
import type { PullTimeExclusion } from "../../../registry/images/pull-time-exclusion.ts";
import type { Registry } from "../../../registry/names.ts";
import { ofRegistry, type RegistryKey, registryKey } from "./keys.ts";
import type { PullTimeExclusionTable } from "./life-tables.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, statement } from "./statement.ts";

export class SqlPullTimeExclusions implements PullTimeExclusionReads, PullTimeExclusionWrites {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(
    registry: Registry,
    { after = "", limit }: PageRequest<string>,
  ): Promise<PullTimeExclusion[]> {
    const rows = await this.#session.all(list, { ...registryKey(registry), after, limit });
    return rows.map((row) => ({
      registry: registryKey(row),
      principalArn: row.principal_arn,
      createdAt: row.created_at,
    }));
  }

  async insertIfAbsent(exclusion: PullTimeExclusion): Promise<boolean> {
    const changed = await this.#session.change(insert, {
      ...registryKey(exclusion.registry),
      principal_arn: exclusion.principalArn,
      created_at: exclusion.createdAt,
    });
    return changed > 0;
  }

  async remove(registry: Registry, principalArn: string): Promise<boolean> {
    return (await this.#session.change(remove, { ...registryKey(registry), principalArn })) > 0;
  }
}

type Page = RegistryKey & { readonly after: string; readonly limit: number };

const list = statement(({ builder }, page: Page) =>
  builder
    .selectFrom("pull_time_exclusion")
    .selectAll()
    .where((row) => row.and(ofRegistry(page)))
    .where("principal_arn", ">", page.after)
    .orderBy("principal_arn")
    .limit(page.limit),
);

const insert = statement(({ builder }, row: Fields<PullTimeExclusionTable>) =>
  builder
    .insertInto("pull_time_exclusion")
    .values({
      ...ofRegistry(row),
      principal_arn: row.principal_arn,
      created_at: row.created_at,
    })
    .onConflict((conflict) => conflict.columns(["account", "region", "principal_arn"]).doNothing()),
);

const remove = statement(({ builder }, key: RegistryKey & { readonly principalArn: string }) =>
  builder
    .deleteFrom("pull_time_exclusion")
    .where((row) => row.and({ ...ofRegistry(key), principal_arn: key.principalArn })),
);
