/**
 * Rows as lines of JSON: `{"table":"tag","columns":["account",…],"rows":[["000000000000",…],…]}`. Bytes
 * are `{"base64":"…"}`.
 */
import type { RowDraft, WrittenRows } from "../../ports/archive.ts";
import {
  type CopiedRow,
  type CopiedTable,
  type CopiedValue,
  copiedTable,
} from "../../ports/row-copy.ts";
import type { FileBytes } from "./file-bytes.ts";
import type { FileFacts, HashedFile } from "./hashed-file.ts";

/** About how long a line may be, but for one that holds a single row. */
const lineCharacters = 1024 * 1024;

/** Where the lines of each table begin. */
export type TableOffsets = ReadonlyMap<string, number>;

export class RowFileWriter implements RowDraft {
  readonly #file: HashedFile;
  readonly #reopen: (facts: FileFacts, offsets: TableOffsets) => Promise<WrittenRows>;
  readonly #offsets = new Map<string, number>();

  /** @param reopen what becomes of the file when it is finished */
  constructor(
    file: HashedFile,
    reopen: (facts: FileFacts, offsets: TableOffsets) => Promise<WrittenRows>,
  ) {
    this.#file = file;
    this.#reopen = reopen;
  }

  async add({ name }: CopiedTable, rows: readonly CopiedRow[]): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    if (!this.#offsets.has(name)) this.#offsets.set(name, this.#file.bytes);
    const columns = Object.keys(first);
    let texts: string[] = [];
    let characters = 0;
    const write = async () => {
      const head = `{"table":${JSON.stringify(name)},"columns":${JSON.stringify(columns)},"rows":[`;
      await this.#file.write(Buffer.from(`${head}${texts.join(",")}]}\n`));
      texts = [];
      characters = 0;
    };
    for (const row of rows) {
      const text = JSON.stringify(columns.map((column) => toJson(row[column] ?? null)));
      texts.push(text);
      characters += text.length;
      if (characters >= lineCharacters) await write();
    }
    if (texts.length > 0) await write();
  }

  async finish(): Promise<WrittenRows> {
    return this.#reopen(await this.#file.finish(), this.#offsets);
  }
}

export class WrittenRowFile implements WrittenRows {
  readonly #bytes: FileBytes;
  readonly #offsets: TableOffsets;

  constructor(bytes: FileBytes, offsets: TableOffsets) {
    this.#bytes = bytes;
    this.#offsets = offsets;
  }

  async *of({ name }: CopiedTable): AsyncGenerator<CopiedRow> {
    const from = this.#offsets.get(name);
    if (from === undefined) return;
    for await (const { line } of this.#bytes.lines(from)) {
      const { table, columns, rows } = JSON.parse(line.toString("utf8")) as Line;
      if (table !== name) return;
      for (const values of rows) yield toRow(columns, values);
    }
  }
}

interface Line {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly JsonValue[])[];
}

type JsonValue = string | number | null | { readonly base64: string };

const beginning = /^\{"table":"([a-z_]+)",/;

/** Which table the line is of. @throws for what is no line of a row file */
export function tableOfLine(line: Buffer): string {
  const name = beginning.exec(line.toString("latin1", 0, 100))?.[1];
  if (name === undefined) throw new Error("a line of rows does not begin as it should");
  return copiedTable(name).name;
}

function toJson(value: CopiedValue): JsonValue {
  if (!(value instanceof Uint8Array)) return value;
  const { buffer, byteOffset, byteLength } = value;
  return { base64: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}

function toRow(columns: readonly string[], values: readonly JsonValue[]): CopiedRow {
  const row: Record<string, CopiedValue> = {};
  for (const [index, column] of columns.entries()) {
    const value = values[index] ?? null;
    row[column] =
      typeof value === "object" && value !== null ? Buffer.from(value.base64, "base64") : value;
  }
  return row;
}
