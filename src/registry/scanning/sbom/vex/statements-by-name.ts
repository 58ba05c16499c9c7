import type { VexStatement } from "./vex-statement.ts";

/** By each name of the vulnerability, in capitals, as are the names in them. */
export type StatementsByName = ReadonlyMap<string, readonly VexStatement[]>;

export function statementsByName(statements: readonly VexStatement[]): StatementsByName {
  const byName = new Map<string, VexStatement[]>();
  for (const statement of statements) {
    const names = [...new Set(statement.vulnerabilities.map((name) => name.toUpperCase()))];
    const kept = { ...statement, vulnerabilities: names };
    for (const name of names) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [kept]);
      else known.push(kept);
    }
  }
  return byName;
}
