import type { DatabaseSync } from "node:sqlite";

/** Of the write-ahead log, in pages: how many it has, and how many of these are in the database. */
export type LogPosition = readonly [pages: number, copied: number];

/**
 * - `noop` looks.
 * - `passive` copies what no reader needs to be older, and waits for nobody.
 * - `truncate` waits for whoever reads or writes, and leaves an empty file.
 */
export type CheckpointMode = "noop" | "passive" | "truncate";

/**
 * https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
 * @returns a function that resolves to `undefined` when somebody else checkpoints at the moment
 */
export function checkpointStatement(
  database: DatabaseSync,
  mode: CheckpointMode,
): () => LogPosition | undefined {
  const statement = database.prepare(`pragma wal_checkpoint(${mode})`);
  statement.setReturnArrays(true);
  return () => {
    const [, pages, copied] = statement.get() as unknown as [number, number, number];
    return pages < 0 ? undefined : [pages, copied];
  };
}
