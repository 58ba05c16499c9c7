import type { RowDraft } from "../../ports/archive.ts";
import { copiedTables, type RowSource } from "../../ports/row-copy.ts";
import { carriedPages } from "./carried-rows.ts";
import { hasBytes } from "./copy-object.ts";

/** What was written down. */
export interface Exported {
  /** Of each table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Objects whose bytes are in the blob store. */
  readonly objects: number;
  readonly objectBytes: number;
  /** How many of those the blob store encrypts, and Entrepot does not. */
  readonly unsealed: number;
}

/** Writes the rows of one moment down. */
export function exportRows(source: RowSource, draft: RowDraft): Promise<Exported> {
  return source.snapshot(async (reads) => {
    const rows: Record<string, number> = {};
    const sum = { objects: 0, objectBytes: 0, unsealed: 0 };
    for (const table of copiedTables) {
      rows[table.name] = 0;
      for await (const page of carriedPages(reads, table)) {
        await draft.add(table, page);
        rows[table.name] = (rows[table.name] ?? 0) + page.length;
        if (table.name !== "object") continue;
        for (const row of page) {
          if (!hasBytes(row)) continue;
          sum.objects += 1;
          sum.objectBytes += Number(row.sealed_bytes);
          if ((row.wrapped_key as Uint8Array).length === 0) sum.unsealed += 1;
        }
      }
    }
    return { rows, ...sum };
  });
}
