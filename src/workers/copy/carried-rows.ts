import {
  type CopiedRow,
  type CopiedTable,
  copiedTables,
  type RowReads,
} from "../../ports/row-copy.ts";
import { storeSetting } from "../../registry/claim-store.ts";
import { unfinishedCopySetting } from "../../registry/unfinished-copy.ts";

/** What a store says of itself, and every store says on its own. */
const ownSettings: readonly unknown[] = [storeSetting, unfinishedCopySetting];

/** What another store is to have of the row; `undefined` for one that stays behind. */
export function toCarried({ name }: CopiedTable, row: CopiedRow): CopiedRow | undefined {
  switch (name) {
    case "account_setting":
      return row.region === "" && ownSettings.includes(row.name) ? undefined : row;
    case "reclaim":
      return row.kind === "upload" ? undefined : row; // Sessions stay behind.
    case "job":
      // Who runs it does not do so over there.
      return row.state === "running"
        ? { ...row, state: "waiting", holder: "", again_at: null }
        : row;
    default:
      return row;
  }
}

/** All rows of a table that are carried, page by page. */
export async function* carriedPages(
  reads: RowReads,
  table: CopiedTable,
): AsyncGenerator<readonly CopiedRow[]> {
  let after: CopiedRow | undefined;
  for (;;) {
    const page = await reads.page(table, after);
    const carried = page
      .map((row) => toCarried(table, row))
      .filter((row): row is CopiedRow => row !== undefined);
    if (carried.length > 0) yield carried;
    if (page.length < table.pageRows) return;
    after = page.at(-1);
  }
}

export async function* carriedRows(reads: RowReads, table: CopiedTable): AsyncGenerator<CopiedRow> {
  for await (const page of carriedPages(reads, table)) yield* page;
}

/** The first table that has rows which would have to come from elsewhere. */
export async function firstFilledTable(reads: RowReads): Promise<string | undefined> {
  for (const table of copiedTables) {
    for await (const _ of carriedPages(reads, table)) return table.name;
  }
  return undefined;
}
