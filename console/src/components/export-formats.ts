import { csvText } from "./csv.ts";

/** Writes a file of items that come page by page. */
export interface ExportWriter<Item> {
  /** What the file has next. */
  add(items: readonly Item[]): string;
  /** What it ends with. */
  end(): string;
}

export interface ExportFormat<Item> {
  /** On its button: `CSV`. */
  readonly title: string;
  readonly file: string;
  readonly type: string;
  open(): ExportWriter<Item>;
}

type Cells = readonly (string | number | boolean)[];

/** A line for each item below a head. */
export function csvFormat<Item>(
  name: string,
  head: readonly string[],
  cellsOf: (item: Item) => Cells,
): ExportFormat<Item> {
  return {
    ...{ title: "CSV", file: `${name}.csv`, type: "text/csv" },
    open() {
      let isBegun = false;
      return {
        add(items) {
          const rows = items.map(cellsOf);
          const text = csvText(isBegun ? rows : [head, ...rows]);
          const isFirst = !isBegun;
          isBegun = true;
          return isFirst || rows.length === 0 ? text : `\r\n${text}`;
        },
        end: () => (isBegun ? "" : csvText([head])),
      };
    },
  };
}

/** One list of all items. */
export function jsonFormat<Item>(name: string): ExportFormat<Item> {
  return {
    ...{ title: "JSON", file: `${name}.json`, type: "application/json" },
    open: () => lines("[\n", ",\n", "\n]\n"),
  };
}

/** An item on each line. */
export function ndjsonFormat<Item>(name: string): ExportFormat<Item> {
  return {
    ...{ title: "NDJSON", file: `${name}.ndjson`, type: "application/x-ndjson" },
    open: () => lines("", "\n", "\n"),
  };
}

function lines<Item>(before: string, between: string, after: string): ExportWriter<Item> {
  let count = 0;
  return {
    add: (items) =>
      items
        .map((item) => {
          count += 1;
          return `${count === 1 ? before : between}${JSON.stringify(item)}`;
        })
        .join(""),
    end: () => (count === 0 ? before : "") + after,
  };
}

/** A document that can be written once all items are known. */
export function wholeFormat<Item>(
  { title, file, type }: Omit<ExportFormat<Item>, "open">,
  textOf: (items: readonly Item[]) => string,
): ExportFormat<Item> {
  return {
    ...{ title, file, type },
    open() {
      const all: Item[] = [];
      return {
        add(items) {
          for (const item of items) all.push(item);
          return "";
        },
        end: () => textOf(all),
      };
    },
  };
}

export interface ExportPage<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string | undefined;
}

export interface Exported {
  readonly parts: readonly string[];
  readonly count: number;
  /** There are more than the file may hold. */
  readonly isCut: boolean;
}

/** Reads all pages, up to so many items, and writes a file of them. */
export async function writeExport<Item>(
  format: ExportFormat<Item>,
  read: (token: string | undefined) => Promise<ExportPage<Item>>,
  { most, tell }: { readonly most: number; readonly tell: (count: number) => void },
): Promise<Exported> {
  const writer = format.open();
  const parts: string[] = [];
  let count = 0;
  let token: string | undefined;
  for (;;) {
    const page = await read(token);
    const some = page.items.slice(0, most - count);
    if (some.length > 0) parts.push(writer.add(some));
    count += some.length;
    tell(count);
    token = page.nextToken;
    const isCut = some.length < page.items.length || (count === most && token !== undefined);
    if (isCut || token === undefined) return { parts: [...parts, writer.end()], count, isCut };
  }
}
