/**
 * Statements that Kysely writes once. A statement is declared with named parameters; its SQL text
 * is made at first use and kept, so that a call costs no more than putting values into an array.
 */
import type { Compilable } from "kysely";
import type { SqlDialect } from "./dialect.ts";

export type SqlValue = string | number | null | Uint8Array;

export interface SqlCommand {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  /** Leaves out the commands that come after it if it changed no row. */
  readonly endsUnlessChanged?: true;
  /** What the transaction fails with if it changed no row. Commands after it may not run then. */
  readonly otherwise?: () => Error;
}

type Parameters = object & { readonly [Name in string]?: SqlValue };

/** The members of an interface as parameters: TypeScript takes only a type's own ones for those. */
export type Fields<T> = { readonly [Name in keyof T]: T[Name] };

export interface Statement<P, R> {
  readonly build: (dialect: SqlDialect, parameters: P) => Compilable<R>;
}

/** `build` sees placeholders where `parameters` says values: it must not look into them. */
export function statement<P extends Parameters, R>(
  build: (dialect: SqlDialect, parameters: P) => Compilable<R>,
): Statement<P, R> {
  return { build };
}

class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) });

interface CompiledStatement {
  readonly sql: string;
  /** In the order of the SQL text: a placeholder, or a value that is always the same. */
  readonly slots: readonly (Placeholder | SqlValue)[];
}

/** Keeps what was compiled for one dialect. */
export class StatementCompiler {
  readonly dialect: SqlDialect;
  readonly #compiled = new Map<unknown, CompiledStatement>();

  constructor(dialect: SqlDialect) {
    this.dialect = dialect;
  }

  command<P, R>(statement: Statement<P, R>, parameters: P): SqlCommand {
    const { sql, slots } = this.#compiled.get(statement) ?? this.#compile(statement);
    const values = parameters as Record<string, SqlValue>;
    const bound = new Array<SqlValue>(slots.length);
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index]!;
      bound[index] = slot instanceof Placeholder ? values[slot.name]! : slot;
    }
    return { sql, parameters: bound };
  }

  #compile<P, R>(statement: Statement<P, R>): CompiledStatement {
    const query = statement.build(this.dialect, placeholders as P).compile();
    const compiled = { sql: query.sql, slots: query.parameters as (Placeholder | SqlValue)[] };
    this.#compiled.set(statement, compiled);
    return compiled;
  }
}
