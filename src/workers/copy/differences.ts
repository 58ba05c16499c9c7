import type { CopiedRow, CopiedTable, CopiedValue } from "../../ports/row-copy.ts";

export type Difference =
  /** Wanted, and not there. */
  | { readonly kind: "missing"; readonly row: CopiedRow }
  /** There, and not as it is wanted. */
  | { readonly kind: "changed"; readonly row: CopiedRow }
  /** There, and not wanted. */
  | { readonly kind: "extra"; readonly row: CopiedRow };

/** Every store has its own word for where bytes are. */
const ownColumns: Readonly<Record<string, readonly string[]>> = { object: ["place"] };

/**
 * What distinguishes two lists of rows of one table, each in the order of the table's key. Both are
 * walked once; what is there may be changed behind the walk.
 */
export async function* differences(
  table: CopiedTable,
  wanted: AsyncIterable<CopiedRow>,
  present: AsyncIterable<CopiedRow>,
): AsyncGenerator<Difference> {
  const [left, right] = [wanted[Symbol.asyncIterator](), present[Symbol.asyncIterator]()];
  let [one, other] = [await left.next(), await right.next()];
  while (one.done !== true || other.done !== true) {
    if (other.done === true || (one.done !== true && compare(table, one.value, other.value) < 0)) {
      yield { kind: "missing", row: one.value as CopiedRow };
      one = await left.next();
    } else if (one.done === true || compare(table, one.value, other.value) > 0) {
      yield { kind: "extra", row: other.value };
      other = await right.next();
    } else {
      if (!areEqual(table, one.value, other.value)) yield { kind: "changed", row: one.value };
      [one, other] = [await left.next(), await right.next()];
    }
  }
}

/** The row without what the other store says for itself. */
export function withoutOwn({ name }: CopiedTable, row: CopiedRow): CopiedRow {
  const own = ownColumns[name];
  if (own === undefined) return row;
  return Object.fromEntries(Object.entries(row).filter(([column]) => !own.includes(column)));
}

export function keyOf({ key }: CopiedTable, row: CopiedRow): CopiedRow {
  return Object.fromEntries(key.map((column) => [column, row[column] ?? null]));
}

function compare({ key }: CopiedTable, one: CopiedRow, other: CopiedRow): number {
  for (const column of key) {
    const order = compareValues(one[column] ?? null, other[column] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

/** As the databases do: numbers by value, text by code point. */
function compareValues(one: CopiedValue, other: CopiedValue): number {
  if (one === other) return 0;
  if (typeof one === "number" && typeof other === "number") return one - other;
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
}

function areEqual({ name }: CopiedTable, one: CopiedRow, other: CopiedRow): boolean {
  const own = ownColumns[name] ?? [];
  return Object.entries(one).every(
    ([column, value]) => own.includes(column) || isSame(value, other[column] ?? null),
  );
}

function isSame(one: CopiedValue, other: CopiedValue): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    return Buffer.compare(one, other) === 0;
  }
  return one === other;
}
