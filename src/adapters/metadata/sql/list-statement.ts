import type { Compilable } from "kysely";
import type { SqlDialect } from "./dialect.ts";
import type { SqlSession } from "./session.ts";
import { type Fields, type SqlValue, type Statement, statement } from "./statement.ts";

type Key = { readonly [Name in string]?: SqlValue };

/**
 * A statement about a list of texts. It is written for as many as the next power of two, the last one
 * repeated: so there are few of them, which stay prepared.
 */
export class ListStatement<K extends object, R> {
  readonly #build: (dialect: SqlDialect, key: K, texts: readonly string[]) => Compilable<R>;
  /** By number of texts. */
  readonly #made = new Map<number, Statement<Key, R>>();

  constructor(build: (dialect: SqlDialect, key: K, texts: readonly string[]) => Compilable<R>) {
    this.#build = build;
  }

  /** Nothing is asked where there are no texts. */
  async all(session: SqlSession, key: Fields<K>, texts: readonly string[]): Promise<R[]> {
    if (texts.length === 0) return [];
    const { count, parameters } = this.#parameters(key, texts);
    return session.all(this.#of(count), parameters);
  }

  /** Changes rows, with the next command at the latest. Nothing happens where there are no texts. */
  async later(session: SqlSession, key: Fields<K>, texts: readonly string[]): Promise<void> {
    if (texts.length === 0) return;
    const { count, parameters } = this.#parameters(key, texts);
    await session.later(this.#of(count), parameters);
  }

  #parameters(key: Fields<K>, texts: readonly string[]) {
    const count = 2 ** Math.ceil(Math.log2(texts.length));
    const parameters: Record<string, SqlValue> = { ...(key as Key) } as Record<string, SqlValue>;
    for (let index = 0; index < count; index++) {
      parameters[`text${index}`] = texts[Math.min(index, texts.length - 1)]!;
    }
    return { count, parameters };
  }

  #of(count: number): Statement<Key, R> {
    const known = this.#made.get(count);
    if (known !== undefined) return known;
    const made = statement((dialect, key: Key) => {
      const texts = Array.from({ length: count }, (_, index) => key[`text${index}`] as string);
      return this.#build(dialect, key as K, texts);
    });
    this.#made.set(count, made);
    return made;
  }
}
