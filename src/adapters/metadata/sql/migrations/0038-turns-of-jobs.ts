/** Jobs of a kind that are done in turns. */
import { sql } from "kysely";
import type { Migration } from "./migration.ts";

export const migration0038: Migration = {
  version: 38,
  name: "turns of jobs",
  statements: ({ builder, types: { text } }) => [
    builder.schema
      .alterTable("job")
      .addColumn("turn", text, (column) => column.notNull().defaultTo("")),
    // Whose turn it is next, and which of theirs is due.
    builder.schema
      .createIndex("job_turn")
      .on("job")
      .columns(["kind", "turn", "due_at"])
      .where(sql.ref("state"), "<>", sql.lit("dead")),
  ],
};
