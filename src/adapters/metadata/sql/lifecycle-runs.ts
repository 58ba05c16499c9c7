/** Statements about what lifecycle policies did. */
import type {
  LifecycleRun,
  LifecycleRunImage,
  LifecycleTexts,
} from "../../../registry/lifecycle/stored-lifecycle.ts";
import type { Tag } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import { ofRepository, type RepositoryKey, repositoryKey } from "./keys.ts";
import { type Fields, statement } from "./statement.ts";
import type { LifecycleRunImageTable, LifecycleRunTable } from "./tables.ts";

/** A run's id begins with its time, so that it is found by its key. */
export function timeOf(id: string): number | undefined {
  const at = Number.parseInt(id, 10);
  return Number.isSafeInteger(at) ? at : undefined;
}

export function toRun(row: LifecycleRunTable, repository: RepositoryRef): LifecycleRun {
  return {
    ...(JSON.parse(row.policy) as LifecycleTexts),
    repository,
    id: row.id,
    name: row.name,
    at: row.at,
    policyVersion: row.policy_version,
    previousAt: row.previous_at ?? undefined,
    expired: row.expired,
    archived: row.archived,
    untagged: row.untagged,
    failed: row.failed,
    freedBytes: row.size_bytes,
    finishedAt: row.finished_at ?? undefined,
  };
}

export function toRow(run: LifecycleRun): Fields<LifecycleRunTable> {
  const { policy, extension } = run;
  return {
    ...repositoryKey(run.repository),
    at: run.at,
    id: run.id,
    name: run.name,
    policy_version: run.policyVersion,
    policy: JSON.stringify({ policy, extension }),
    previous_at: run.previousAt ?? null,
    expired: run.expired,
    archived: run.archived,
    untagged: run.untagged,
    failed: run.failed,
    size_bytes: run.freedBytes,
    finished_at: run.finishedAt ?? null,
  };
}

export function toRunImage(
  row: LifecycleRunImageTable,
): LifecycleRunImage & { readonly position: number } {
  const { failure_code: code, failure_reason: reason } = row;
  return {
    position: row.position,
    digest: row.digest,
    tags: JSON.parse(row.tags) as Tag[],
    pushedAt: row.pushed_at,
    rulePriority: row.rule,
    action: row.action as LifecycleRunImage["action"],
    sizeBytes: row.size_bytes,
    ...(code === null
      ? {}
      : {
          failure: {
            code: code as NonNullable<LifecycleRunImage["failure"]>["code"],
            reason: reason ?? "",
          },
        }),
  };
}

export const put = statement(({ builder }, row: Fields<LifecycleRunTable>) => {
  const progress = {
    expired: row.expired,
    archived: row.archived,
    untagged: row.untagged,
    failed: row.failed,
    size_bytes: row.size_bytes,
    finished_at: row.finished_at,
  };
  return builder
    .insertInto("lifecycle_run")
    .values({
      ...ofRepository(row),
      at: row.at,
      id: row.id,
      name: row.name,
      policy_version: row.policy_version,
      policy: row.policy,
      previous_at: row.previous_at,
      ...progress,
    })
    .onConflict((conflict) =>
      conflict.columns(["account", "region", "repository", "at", "id"]).doUpdateSet(progress),
    );
});

type Position = RepositoryKey & { readonly at: number; readonly id: string };

export const find = statement(({ builder }, key: Position) =>
  builder
    .selectFrom("lifecycle_run")
    .selectAll()
    .where((row) => row.and({ ...ofRepository(key), at: key.at, id: key.id })),
);

export const list = statement(({ builder }, page: Position & { readonly limit: number }) =>
  builder
    .selectFrom("lifecycle_run")
    .selectAll()
    .where((row) => row.and(ofRepository(page)))
    .where(({ eb, refTuple, tuple }) => eb(refTuple("at", "id"), "<", tuple(page.at, page.id)))
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit),
);

export const listBefore = statement(({ builder }, page: { at: number; limit: number }) =>
  builder
    .selectFrom("lifecycle_run")
    .select(["account", "region", "repository", "at", "id"])
    .where("at", "<", page.at)
    .orderBy("at")
    .limit(page.limit),
);

export const remove = statement(({ builder }, key: Position) =>
  builder
    .deleteFrom("lifecycle_run")
    .where((row) => row.and({ ...ofRepository(key), at: key.at, id: key.id })),
);

type OfRun = RepositoryKey & { readonly run: string };

export const images = statement(
  ({ builder }, page: OfRun & { readonly after: number; readonly limit: number }) =>
    builder
      .selectFrom("lifecycle_run_image")
      .selectAll()
      .where((row) => row.and({ ...ofRepository(page), run: page.run }))
      .where("position", ">", page.after)
      .orderBy("position")
      .limit(page.limit),
);

export const addImage = statement(
  (
    { builder },
    row: OfRun & {
      position: number;
      digest: LifecycleRunImageTable["digest"];
      tags: string;
      pushedAt: number;
      rule: number;
      action: string;
      sizeBytes: number;
      failureCode: string | null;
      failureReason: string | null;
    },
  ) =>
    builder.insertInto("lifecycle_run_image").values({
      ...ofRepository(row),
      run: row.run,
      position: row.position,
      digest: row.digest,
      tags: row.tags,
      pushed_at: row.pushedAt,
      rule: row.rule,
      action: row.action,
      size_bytes: row.sizeBytes,
      failure_code: row.failureCode,
      failure_reason: row.failureReason,
    }),
);

export const removeImages = statement(({ builder }, key: OfRun) =>
  builder
    .deleteFrom("lifecycle_run_image")
    .where((row) => row.and({ ...ofRepository(key), run: key.run })),
);
