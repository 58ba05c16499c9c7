/** What signs, and what was signed. */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofRegistry = ["account", "region"];
const ofImage = [...ofRegistry, "repository", "digest"];

export const migration0025: Migration = {
  version: 25,
  name: "signing",
  statements: ({ largeRows, types: { text, integer, bytes } }) => [
    withColumns(largeRows("signing_profile"), {
      ...{ account: text, region: text, name: text, settings: text },
      ...{ object: text, wrapped_key: bytes, size_bytes: integer, content: bytes },
    }).addPrimaryKeyConstraint("signing_profile_key", [...ofRegistry, "name"]),
    withColumns(largeRows("image_signing"), {
      ...{ account: text, region: text, repository: text, digest: text, profile_arn: text },
      ...{ status: text, settings: text },
    })
      .addPrimaryKeyConstraint("image_signing_key", [...ofImage, "profile_arn"])
      .addForeignKeyConstraint("image_signing_of", ofImage, "image", ofImage),
  ],
};
