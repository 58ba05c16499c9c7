/**
 * Which names images and their findings may hold: beside what is sealed, in rows that are read quickly; and
 * advisories for all replicas of a fleet.
 */
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

const ofImage = ["account", "region", "repository", "digest"];

export const migration0020: Migration = {
  version: 20,
  name: "image sketches",
  statements: ({ largeRows, types: { text, integer, bytes } }) => [
    withColumns(largeRows("image_sketch"), {
      account: text,
      region: text,
      repository: text,
      digest: text,
      // PACKAGES, or the type of the scan whose findings it is of.
      about: text,
      names: bytes,
    })
      .addPrimaryKeyConstraint("image_sketch_key", [...ofImage, "about"])
      .addForeignKeyConstraint("image_sketch_of", ofImage, "image", ofImage),
    // Of the index of advisories that a fleet shares: which one counts is a setting.
    withColumns(largeRows("advisory_index_part"), {
      index_id: text,
      position: integer,
      content: bytes,
    }).addPrimaryKeyConstraint("advisory_index_part_key", ["index_id", "position"]),
  ],
};
