/** What people say of repositories for others to find, and what they approve for which environment. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRegistry = ["account", "region"] as const;
const ofRepository = [...ofRegistry, "repository"] as const;

export const migration0030: Migration = {
  version: 30,
  name: "private gallery",
  statements: ({ builder, smallRows, largeRows, types: { text, integer } }) => [
    withColumns(largeRows("private_gallery_entry"), {
      ...{ account: text, region: text, repository: text, name: text, shared: integer },
      // JSON.
      details: text,
      ...{ created_at: integer, updated_at: integer },
    }).addPrimaryKeyConstraint("private_gallery_entry_key", [...ofRepository]),
    builder.schema
      .createIndex("private_gallery_entry_name")
      .on("private_gallery_entry")
      .columns([...ofRegistry, "name", "repository"]),
    // Across accounts: what shows itself to others.
    builder.schema
      .createIndex("private_gallery_entry_shared")
      .on("private_gallery_entry")
      .columns(["region", "shared", "account", "name", "repository"]),
    withColumns(smallRows("private_gallery_version"), {
      ...{ account: text, region: text, repository: text, name: text },
      // JSON.
      details: text,
      ...{ created_at: integer, updated_at: integer },
    }).addPrimaryKeyConstraint("private_gallery_version_key", [...ofRepository, "name"]),
    withColumns(smallRows("environment"), {
      ...{ account: text, region: text, name: text },
      // JSON.
      rule: text,
      ...{ created_at: integer, updated_at: integer },
    }).addPrimaryKeyConstraint("environment_key", [...ofRegistry, "name"]),
    withColumns(largeRows("approval_request"), {
      ...{ account: text, region: text, repository: text, id: text, state: text },
      // JSON.
      details: text,
    }).addPrimaryKeyConstraint("approval_request_key", [...ofRepository, "id"]),
    builder.schema
      .createIndex("approval_request_state")
      .on("approval_request")
      .columns([...ofRegistry, "state", "id"]),
    builder.schema
      .createIndex("approval_request_in")
      .on("approval_request")
      .columns([...ofRepository, "state", "id"]),
    // By digest, not of an image's row: what was pushed again is what it was.
    withColumns(smallRows("image_approval"), {
      ...{ account: text, region: text, repository: text, digest: text, environment: text },
      // JSON.
      details: text,
    }).addPrimaryKeyConstraint("image_approval_key", [...ofRepository, "digest", "environment"]),
  ],
};
