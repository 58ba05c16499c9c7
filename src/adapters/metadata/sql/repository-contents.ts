/** What goes with a repository when it is removed, set by set. */
import { sql } from "kysely";
import { removePostingsOf } from "./gallery-statements.ts";
import { ofRepository, type RepositoryKey } from "./keys.ts";
import { onLaterDueDate } from "./reclaim.ts";
import { statement } from "./statement.ts";

type Removal = RepositoryKey & { readonly at: number };

const enqueueObjects = (table: "layer" | "image") =>
  statement(({ builder }, key: Removal) =>
    builder
      .insertInto("reclaim")
      .columns(["account", "region", "kind", "repository", "target", "due_at"])
      .expression(({ selectFrom, val }) =>
        selectFrom(table)
          .select(["account", "region"])
          .select([
            sql.lit("object").as("kind"),
            sql.lit("").as("repository"),
            "object as target",
            val(key.at).as("due_at"),
          ])
          .distinct()
          .where((row) => row.and(ofRepository(key)))
          // Two repositories that share objects and go at once wait for one another in one order.
          .orderBy("target"),
      )
      .onConflict(onLaterDueDate),
  );

const enqueueUploads = statement(({ builder }, key: Removal) =>
  builder
    .insertInto("reclaim")
    .columns(["account", "region", "kind", "repository", "target", "due_at"])
    .expression(({ selectFrom, val }) =>
      selectFrom("upload")
        .select(["account", "region"])
        .select([
          sql.lit("upload").as("kind"),
          sql.lit("").as("repository"),
          "id as target",
          val(key.at).as("due_at"),
        ])
        .where((row) => row.and(ofRepository(key))),
    )
    .onConflict(onLaterDueDate),
);

/** Nothing stands on them any more, or perhaps: who reclaims looks again. */
export const enqueueContents = [enqueueObjects("layer"), enqueueObjects("image"), enqueueUploads];

/** Those that refer to others first. */
export const removeContents = [
  removePostingsOf,
  ...(
    [
      "tag_history",
      "tag",
      "trashed_image",
      "manifest_reference",
      "image_scan",
      "image_inventory",
      "image_verdict",
      "image_quarantine",
      "image_review",
      "approval_request",
      "image_approval",
      "image_sketch",
      "vex_vouch",
      "image_replication",
      "image_signing",
      "replication_upload",
      "replication_change",
      "replication_tombstone",
      "image",
      "layer",
      "repository_resource_tag",
      "repository_policy",
      "rekey",
      "lifecycle_policy",
      "lifecycle_preview",
      "lifecycle_preview_result",
      "lifecycle_run",
      "lifecycle_run_image",
      "image_in_use",
      "cost_saving",
      "public_catalog",
      "gallery_listing",
      "gallery_subscription",
      "private_gallery_version",
      "private_gallery_entry",
    ] as const
  ).map((table) =>
    statement(({ builder }, key: RepositoryKey) =>
      builder.deleteFrom(table).where((row) => row.and(ofRepository(key))),
    ),
  ),
];
