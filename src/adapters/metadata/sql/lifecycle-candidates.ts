/** What lifecycle rules ask about images, in one statement for a page of them. */
import { sql } from "kysely";
import type { LifecycleCandidate } from "../../../ports/lifecycle-store.ts";
import type { AccountId, Digest, Region, Tag } from "../../../registry/names.ts";
import type { SqlDialect } from "./dialect.ts";
import type { RepositoryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import { statement } from "./statement.ts";

interface CandidateRow {
  digest: Digest;
  tag: Tag | null;
  state: string;
  pushed_at: number;
  pulled_at: number | null;
  archived_at: number | null;
  activated_at: number | null;
  size_bytes: number;
  is_listed: unknown;
  is_listed_in_archive: unknown;
  is_about: unknown;
  is_used: unknown;
}

/** From one row for each tag of an image (or one without a tag), sorted by both. */
export function toCandidates(rows: readonly CandidateRow[]): LifecycleCandidate[] {
  const candidates: LifecycleCandidate[] = [];
  let tags: Tag[] = [];
  for (const row of rows) {
    if (candidates.at(-1)?.digest !== row.digest) {
      tags = [];
      candidates.push({ ...toCandidate(row), tags });
    }
    if (row.tag !== null) tags.push(row.tag);
  }
  return candidates;
}

function toCandidate(row: CandidateRow): Omit<LifecycleCandidate, "tags"> {
  return {
    digest: row.digest,
    storageClass: row.state === "ARCHIVED" ? "archive" : "standard",
    pushedAt: row.pushed_at,
    pulledAt: row.pulled_at ?? undefined,
    archivedAt: row.archived_at ?? undefined,
    activatedAt: row.activated_at ?? undefined,
    sizeBytes: row.size_bytes,
    isReferencedByIndex: isTrue(row.is_listed),
    isReferencedByArchivedIndex: isTrue(row.is_listed_in_archive),
    isReferrerOfLive: isTrue(row.is_about),
    inUse: isTrue(row.is_used),
  };
}

/** SQLite has no truth values but numbers. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1;
}

type Page = RepositoryKey & {
  readonly after: Digest;
  readonly limit: number;
  readonly now: number;
};

export const candidates = statement((dialect, page: Page) =>
  withTags(
    dialect,
    judged(dialect, page)
      .where("image.digest", ">", page.after)
      .orderBy("image.digest")
      .limit(page.limit),
  ),
);

export const candidate = statement(
  (dialect, key: RepositoryKey & { digest: Digest; now: number }) =>
    withTags(dialect, judged(dialect, key).where("image.digest", "=", key.digest)),
);

function judged({ builder }: SqlDialect, key: RepositoryKey & { readonly now: number }) {
  const account = sql.ref<AccountId>("image.account");
  const region = sql.ref<Region>("image.region");
  const repository = sql.ref<string>("image.repository");
  const digest = sql.ref<Digest>("image.digest");
  const listedIn = (states: readonly ("ACTIVE" | "ACTIVATING" | "ARCHIVED")[]) =>
    builder
      .selectFrom("manifest_reference as reference")
      .innerJoin("image as parent", (join) =>
        join
          .onRef("parent.account", "=", "reference.account")
          .onRef("parent.region", "=", "reference.region")
          .onRef("parent.repository", "=", "reference.repository")
          .onRef("parent.digest", "=", "reference.image"),
      )
      .select("parent.digest")
      .where("reference.account", "=", account)
      .where("reference.region", "=", region)
      .where("reference.repository", "=", repository)
      .where("reference.digest", "=", digest)
      .where("reference.kind", "=", sql.lit("child" as const))
      .where(
        "parent.state",
        "in",
        states.map((state) => sql.lit(state)),
      );
  const subject = builder
    .selectFrom("image as subject")
    .select("subject.digest")
    .where("subject.account", "=", account)
    .where("subject.region", "=", region)
    .where("subject.repository", "=", repository)
    .where("subject.digest", "=", sql.ref<Digest>("image.subject"))
    .where("subject.state", "<>", sql.lit("TRASHED" as const));
  const use = builder
    .selectFrom("image_in_use as use")
    .select("use.digest")
    .where("use.account", "=", account)
    .where("use.region", "=", region)
    .where("use.repository", "=", repository)
    .where("use.digest", "=", digest)
    .where("use.expires_at", ">", key.now);
  // Who runs a child runs what lists it.
  const childUse = builder
    .selectFrom("manifest_reference as child")
    .innerJoin("image_in_use as use", (join) =>
      join
        .onRef("use.account", "=", "child.account")
        .onRef("use.region", "=", "child.region")
        .onRef("use.repository", "=", "child.repository")
        .onRef("use.digest", "=", "child.digest"),
    )
    .select("use.digest")
    .where("child.account", "=", account)
    .where("child.region", "=", region)
    .where("child.repository", "=", repository)
    .where("child.image", "=", digest)
    .where("child.kind", "=", sql.lit("child" as const))
    .where("use.expires_at", ">", key.now);
  return builder
    .selectFrom("image")
    .select([
      "image.account",
      "image.region",
      "image.repository",
      "image.digest",
      "image.state",
      "image.pushed_at",
      "image.pulled_at",
      "image.archived_at",
      "image.activated_at",
      "image.size_bytes",
    ])
    .select(({ exists, or }) => [
      exists(listedIn(["ACTIVE", "ACTIVATING"])).as("is_listed"),
      exists(listedIn(["ARCHIVED"])).as("is_listed_in_archive"),
      exists(subject).as("is_about"),
      or([exists(use), exists(childUse)]).as("is_used"),
    ])
    .where("image.account", "=", key.account)
    .where("image.region", "=", key.region)
    .where("image.repository", "=", key.repository)
    .where("image.state", "in", [sql.lit("ACTIVE" as const), sql.lit("ARCHIVED" as const)]);
}

function withTags({ builder }: SqlDialect, images: ReturnType<typeof judged>) {
  return builder
    .selectFrom(images.as("image"))
    .leftJoin("tag", (join) =>
      join
        .onRef("tag.account", "=", "image.account")
        .onRef("tag.region", "=", "image.region")
        .onRef("tag.repository", "=", "image.repository")
        .onRef("tag.digest", "=", "image.digest"),
    )
    .select([
      "image.digest",
      "image.state",
      "image.pushed_at",
      "image.pulled_at",
      "image.archived_at",
      "image.activated_at",
      "image.size_bytes",
      "image.is_listed",
      "image.is_listed_in_archive",
      "image.is_about",
      "image.is_used",
      "tag.tag",
    ])
    .orderBy("image.digest")
    .orderBy("tag.tag");
}

export const referenceCounts = new ListStatement(({ builder }, key: RepositoryKey, digests) =>
  builder
    .selectFrom("manifest_reference as reference")
    .innerJoin("image", (join) =>
      join
        .onRef("image.account", "=", "reference.account")
        .onRef("image.region", "=", "reference.region")
        .onRef("image.repository", "=", "reference.repository")
        .onRef("image.digest", "=", "reference.image")
        .on("image.state", "<>", sql.lit("TRASHED" as const)),
    )
    .select(({ fn }) => [
      "reference.digest",
      fn.count<number>("reference.image").distinct().as("references"),
    ])
    .where((row) =>
      row.and({
        "reference.account": key.account,
        "reference.region": key.region,
        "reference.repository": key.repository,
      }),
    )
    .where("reference.digest", "in", digests as readonly Digest[])
    .where("reference.kind", "in", [sql.lit("config" as const), sql.lit("layer" as const)])
    .groupBy("reference.digest"),
);
