import type { Compilable } from "kysely";
import type { SqlDialect } from "../dialect.ts";

/** Never edited once released: a change of the schema is a migration of its own. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  statements(dialect: SqlDialect): Compilable[];
}
