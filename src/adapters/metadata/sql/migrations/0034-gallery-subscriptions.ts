/** Who wants to be told of what becomes of entries of the private gallery. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0034: Migration = {
  version: 34,
  name: "gallery subscriptions",
  statements: ({ builder, smallRows, types: { text, integer } }) => [
    withColumns(smallRows("gallery_subscription"), {
      ...{ account: text, region: text, repository: text, subscriber: text, principal: text },
      // JSON: the tags that whoever subscribed had.
      tags: text,
      created_at: integer,
    }).addPrimaryKeyConstraint("gallery_subscription_key", [
      ...["account", "region", "repository", "subscriber"],
    ]),
    // Those of one subscriber, across accounts.
    builder.schema
      .createIndex("gallery_subscription_of")
      .on("gallery_subscription")
      .columns(["region", "subscriber", "account", "repository"]),
  ],
};
