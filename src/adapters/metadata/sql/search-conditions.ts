/** Conditions that searches share. */
import {
  type Expression,
  type RawBuilder,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
} from "kysely";
import type { SearchPage } from "../../../ports/search-store.ts";

/** Whether a text has another one in it, whatever that holds. */
export function containing(column: string, word: string): Expression<SqlBool> {
  const escaped = word.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
  return sql<SqlBool>`${sql.ref(column)} like ${`%${escaped}%`} escape '\\'`;
}

/**
 * One page in the order of a value, and of a key where values are equal: the key goes the way that the
 * value goes, so that a descending listing is the ascending one from its end.
 * @param value absent where the key alone is the order
 */
export function pageAfter<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  value: RawBuilder<number> | undefined,
  key: RawBuilder<unknown>,
  { descending, after }: Pick<SearchPage<unknown, string>, "descending" | "after">,
): SelectQueryBuilder<DB, TB, O> {
  const direction = descending ? "desc" : "asc";
  const beyond = sql.raw(descending ? "<" : ">");
  let paged = query;
  if (after !== undefined) {
    const keyBeyond = sql<SqlBool>`${key} ${beyond} ${after.key}`;
    paged = paged.where(
      value === undefined
        ? keyBeyond
        : sql<SqlBool>`(${value} ${beyond} ${after.value} or (${value} = ${after.value} and ${keyBeyond}))`,
    );
  }
  if (value !== undefined) paged = paged.orderBy(sql`sort_value`, direction);
  return paged.orderBy(key, direction);
}
