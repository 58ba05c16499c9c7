/** Statements about lifecycle policies and their previews. */
import { sql } from "kysely";
import type { Digest } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import { ofRegistry, ofRepository, type RepositoryKey } from "./keys.ts";
import { hiddenNames, repositoryColumns } from "./repository-row.ts";
import { statement } from "./statement.ts";
import type { LifecyclePreviewTable } from "./tables.ts";

export const find = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("lifecycle_policy")
    .selectAll()
    .where((row) => row.and(ofRepository(key))),
);

export const due = statement(({ builder }, page: { now: number; limit: number }) =>
  builder
    .selectFrom("repository")
    .select(repositoryColumns)
    .select(["account", "region"])
    .where("lifecycle_due_at", "<=", page.now)
    .where("name", "<", hiddenNames)
    .orderBy("lifecycle_due_at")
    .orderBy("account")
    .orderBy("region")
    .orderBy("id")
    .limit(page.limit),
);

interface PutPolicy {
  readonly policy: string | null;
  readonly extension: string | null;
  readonly version: number;
  readonly putAt: number;
  readonly evaluatedAt: number | null;
  readonly changes: number;
}

export const put = statement(
  ({ builder }, row: RepositoryKey & { [Name in keyof PutPolicy]: PutPolicy[Name] }) => {
    const values = {
      policy: row.policy,
      extension: row.extension,
      version: row.version,
      put_at: row.putAt,
      evaluated_at: row.evaluatedAt,
      changes: row.changes,
    };
    return builder
      .insertInto("lifecycle_policy")
      .values({ ...ofRepository(row), ...values })
      .onConflict((conflict) =>
        conflict.columns(["account", "region", "repository"]).doUpdateSet(values),
      );
  },
);

export const remove = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("lifecycle_policy").where((row) => row.and(ofRepository(key))),
);

export const setDue = statement(({ builder }, to: RepositoryKey & { at: number | null }) =>
  builder
    .updateTable("repository")
    .set({ lifecycle_due_at: to.at })
    .where((row) => row.and({ ...ofRegistry(to), id: to.repository })),
);

export const hasten = statement(({ builder }, to: RepositoryKey & { at: number }) =>
  builder
    .updateTable("repository")
    .set({ lifecycle_due_at: to.at })
    .where((row) => row.and({ ...ofRegistry(to), id: to.repository }))
    .where("lifecycle_due_at", ">", to.at),
);

export const countChange = statement(({ builder }, key: RepositoryKey) =>
  builder
    .updateTable("lifecycle_policy")
    .set(({ eb }) => ({ changes: eb("changes", "+", sql.lit(1)) }))
    .where((row) => row.and(ofRepository(key))),
);

export const setEvaluated = statement(({ builder }, to: RepositoryKey & { at: number }) =>
  builder
    .updateTable("lifecycle_policy")
    .set({ evaluated_at: to.at })
    .where((row) => row.and(ofRepository(to))),
);

export const findPreview = statement(({ builder }, key: RepositoryKey) =>
  builder
    .selectFrom("lifecycle_preview")
    .selectAll()
    .where((row) => row.and(ofRepository(key))),
);

export const putPreview = statement(
  (
    { builder },
    row: RepositoryKey & {
      id: string;
      policy: string | null;
      extension: string | null;
      status: LifecyclePreviewTable["status"];
      startedAt: number;
      finishedAt: number | null;
      summary: string | null;
    },
  ) => {
    const values = {
      id: row.id,
      policy: row.policy,
      extension: row.extension,
      status: row.status,
      started_at: row.startedAt,
      finished_at: row.finishedAt,
      summary: row.summary,
    };
    return builder
      .insertInto("lifecycle_preview")
      .values({ ...ofRepository(row), ...values })
      .onConflict((conflict) =>
        conflict.columns(["account", "region", "repository"]).doUpdateSet(values),
      );
  },
);

export const removePreviewed = statement(({ builder }, key: RepositoryKey) =>
  builder.deleteFrom("lifecycle_preview_result").where((row) => row.and(ofRepository(key))),
);

export const addPreviewed = statement(
  (
    { builder },
    row: RepositoryKey & { position: number; digest: Digest; tagCount: number; result: string },
  ) =>
    builder.insertInto("lifecycle_preview_result").values({
      ...ofRepository(row),
      position: row.position,
      digest: row.digest,
      tag_count: row.tagCount,
      result: row.result,
    }),
);

type Page = RepositoryKey & { readonly after: number; readonly limit: number };

const previewPage = ({ builder }: SqlDialect, page: Page) =>
  builder
    .selectFrom("lifecycle_preview_result")
    .select(["position", "digest", "result"])
    .where((row) => row.and(ofRepository(page)))
    .where("position", ">", page.after)
    .orderBy("position")
    .limit(page.limit);

export const previewed = statement(previewPage);
export const previewedTagged = statement((dialect, page: Page) =>
  previewPage(dialect, page).where("tag_count", ">", sql.lit(0)),
);
export const previewedUntagged = statement((dialect, page: Page) =>
  previewPage(dialect, page).where("tag_count", "=", sql.lit(0)),
);
