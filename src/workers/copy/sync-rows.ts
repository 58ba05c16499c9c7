/**
 * Makes a store have exactly the rows that are wanted, and the bytes of their objects. What is there
 * already is left alone, so that it goes on after a break, and a second time takes only as long as
 * reading both. Nobody else may use the store meanwhile.
 */
import type { WrittenRows } from "../../ports/archive.ts";
import type { BlobStore } from "../../ports/blob-store.ts";
import {
  type CopiedRow,
  type CopiedTable,
  copiedTable,
  copiedTables,
  type RowChange,
  type RowStore,
} from "../../ports/row-copy.ts";
import type { ObjectId } from "../../registry/names.ts";
import { carriedRows } from "./carried-rows.ts";
import { copyObject, hasBytes, type ObjectSource } from "./copy-object.ts";
import { type Difference, differences, keyOf, withoutOwn } from "./differences.ts";
import { atOnce, inGroups } from "./in-groups.ts";

/** Rows that one transaction changes. */
const rowsPerChange = 200;
/** Objects whose rows are written together, when the bytes of all of them are there. */
const objectsPerChange = 64;
const objectBytesPerChange = 256 * 1024 * 1024;
const objectsAtOnce = 6;

export interface SyncParts {
  readonly wanted: WrittenRows;
  readonly rows: RowStore;
  readonly blobs: BlobStore;
  readonly objects: ObjectSource;
  /** Whether an earlier run may have left half of an object. */
  readonly isResumed: boolean;
  /** Called when the keys are there and nothing that they open is. */
  readonly keysAreThere: () => Promise<void>;
  readonly copied: (bytes: number) => void;
}

export interface Synced {
  /** Rows that were written or removed. */
  readonly rows: number;
  readonly objects: number;
  /** Bytes of those objects. */
  readonly bytes: number;
}

export async function syncRows(parts: SyncParts): Promise<Synced> {
  const sync = new Sync(parts);
  await sync.makeRoom();
  await sync.add();
  await sync.removeObjects();
  return sync.done;
}

const objectTable = copiedTable("object");
const repositoryTable = copiedTable("repository");

class Sync {
  readonly #parts: SyncParts;
  #hasDoomedObjects = false;
  done = { rows: 0, objects: 0, bytes: 0 };

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /**
   * Removes what is not wanted, children first, so that nothing is in the way of what comes: rows are
   * unique in more ways than by their keys. An object stays until no image stands on it any more.
   */
  async makeRoom(): Promise<void> {
    for (const table of copiedTables.toReversed()) {
      if ((await this.#parts.rows.page(table, undefined)).length === 0) continue;
      const changes = this.#changes(table, (difference) => this.#makingRoom(table, difference));
      await this.#change(changes);
    }
  }

  async add(): Promise<void> {
    for (const table of copiedTables) {
      if (table === objectTable) {
        await this.#parts.keysAreThere();
        await this.#addObjects();
      } else {
        await this.#change(this.#changes(table, (difference) => adding(table, difference)));
      }
    }
  }

  async removeObjects(): Promise<void> {
    if (!this.#hasDoomedObjects) return;
    for await (const { kind, row } of this.#differences(objectTable)) {
      if (kind !== "extra") continue;
      if (row.placement === "blobs") await this.#parts.blobs.delete(row.id as ObjectId);
      await this.#parts.rows.change([
        { kind: "remove", table: objectTable, row: keyOf(objectTable, row) },
      ]);
      this.done.rows += 1;
    }
  }

  #makingRoom(table: CopiedTable, { kind, row }: Difference): RowChange | undefined {
    if (kind === "missing") return undefined;
    const key = keyOf(table, row);
    if (table === objectTable) {
      this.#hasDoomedObjects ||= kind === "extra";
      // No longer counted as the one live object of its content, which another one will be.
      const stays = kind === "changed" ? row.state === "live" : row.state === "deleting";
      return stays ? undefined : { kind: "update", table, row: { ...key, state: "deleting" } };
    }
    // Maybe it is in the trash by now, and another one has its name.
    if (kind === "changed" && table === repositoryTable) {
      return { kind: "update", table, row: { ...key, name: `~~${row.id}` } };
    }
    if (kind === "changed" && table.isReferredTo) return undefined;
    return { kind: "remove", table, row: key };
  }

  async #addObjects(): Promise<void> {
    const isFull = (group: readonly Difference[]) =>
      group.length >= objectsPerChange || bytesOf(group) >= objectBytesPerChange;
    const wanted = unlessExtra(this.#differences(objectTable));
    for await (const group of inGroups(wanted, isFull)) {
      const places = await this.#copyAll(
        group.filter(({ kind, row }) => kind === "missing" && hasBytes(row)).map(({ row }) => row),
      );
      const changes = group.map((difference): RowChange => {
        const { kind, row } = difference;
        if (kind === "changed") return updating(objectTable, row);
        return {
          kind: "insert",
          table: objectTable,
          row: { ...row, place: places.get(row) ?? "" },
        };
      });
      await this.#parts.rows.change(changes);
      this.done.rows += changes.length;
    }
  }

  async #copyAll(rows: readonly CopiedRow[]): Promise<ReadonlyMap<CopiedRow, string>> {
    const { objects, blobs, isResumed, copied } = this.#parts;
    const places = new Map<CopiedRow, string>();
    // Opened one after the other: they may lie in the order in which they are asked for.
    let opening: Promise<unknown> = Promise.resolve();
    await atOnce(rows, objectsAtOnce, async (row) => {
      const next = opening.then(() => objects.open(row));
      opening = next;
      const content = await next;
      try {
        const place = await copyObject(row, content, blobs);
        if (isResumed) await blobs.delete(row.id as ObjectId, place);
        places.set(row, place);
      } finally {
        await content.close();
      }
      this.done.objects += 1;
      this.done.bytes += content.lengthBytes;
      copied(content.lengthBytes);
    });
    return places;
  }

  #differences(table: CopiedTable): AsyncGenerator<Difference> {
    const { wanted, rows } = this.#parts;
    return differences(table, wanted.of(table), carriedRows(rows, table));
  }

  async *#changes(
    table: CopiedTable,
    toChange: (difference: Difference) => RowChange | undefined,
  ): AsyncGenerator<RowChange> {
    for await (const difference of this.#differences(table)) {
      const change = toChange(difference);
      if (change !== undefined) yield change;
    }
  }

  async #change(changes: AsyncIterable<RowChange>): Promise<void> {
    for await (const group of inGroups(changes, ({ length }) => length >= rowsPerChange)) {
      await this.#parts.rows.change(group);
      this.done.rows += group.length;
    }
  }
}

function adding(table: CopiedTable, { kind, row }: Difference): RowChange | undefined {
  if (kind === "missing") return { kind: "insert", table, row };
  return kind === "changed" ? updating(table, row) : undefined;
}

function updating(table: CopiedTable, row: CopiedRow): RowChange {
  return { kind: "update", table, row: withoutOwn(table, row) };
}

async function* unlessExtra(found: AsyncIterable<Difference>): AsyncGenerator<Difference> {
  for await (const difference of found) if (difference.kind !== "extra") yield difference;
}

function bytesOf(group: readonly Difference[]): number {
  return group.reduce((sum, { row }) => sum + (hasBytes(row) ? Number(row.sealed_bytes) : 0), 0);
}
