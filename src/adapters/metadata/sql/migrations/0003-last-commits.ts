/**
 * What each connection committed last, written in the same transaction: who never heard the answer
 * to a COMMIT asks here. One row for a connection, however many transactions it carries.
 */
import type { SqlDialect } from "../dialect.ts";
import { withColumns } from "./columns.ts";
import type { Migration } from "./migration.ts";

export const migration0003: Migration = {
  version: 3,
  name: "last commits",
  statements: ({ smallRows, types: { text, integer } }: SqlDialect) => [
    withColumns(smallRows("last_commit"), {
      connection: text,
      transaction_id: text,
      at: integer,
    }).addPrimaryKeyConstraint("last_commit_key", ["connection"]),
  ],
};
