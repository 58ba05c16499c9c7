import type { ObjectId } from "../registry/names.ts";
import type { CopiedRow, CopiedTable } from "./row-copy.ts";

/** Rows that were written down, to be read as often as one likes. */
export interface WrittenRows {
  /** In the order of the table's key. */
  of(table: CopiedTable): AsyncIterable<CopiedRow>;
}

/** Takes rows, table by table in the order of `copiedTables`, each in the order of its key. */
export interface RowDraft {
  add(table: CopiedTable, rows: readonly CopiedRow[]): Promise<void>;
  /** No more come. */
  finish(): Promise<WrittenRows>;
}

/** A place for rows that are needed for a while. */
export interface RowScratch extends RowDraft {
  /** They are not needed any more. */
  discard(): Promise<void>;
}

/** What an archive says of itself. */
export interface ArchiveFacts {
  /** Tells it from every other archive. */
  readonly id: string;
  /** Milliseconds since the epoch: the rows are those of about this time. */
  readonly createdAt: number;
  /** The Entrepot that wrote it. */
  readonly version: string;
  readonly schemaVersion: number;
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly objects: number;
  /** Bytes of all objects as they are stored. */
  readonly objectBytes: number;
  readonly hasMasterKey: boolean;
}

/** An archive that is being written. Nobody sees it before `publish`. */
export interface ArchiveDraft {
  /** First, before any object. */
  readonly rows: RowDraft;
  /**
   * Exactly `lengthBytes`, in the order in which the rows of objects come.
   * @throws when the content has another length
   */
  addObject(id: ObjectId, lengthBytes: number, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Durable and under its name when it resolves: an archive that exists is whole. */
  publish(facts: ArchiveFacts, masterKey: Uint8Array | undefined): Promise<void>;
  /** Leaves nothing behind. Does nothing after `publish`. */
  discard(): Promise<void>;
}

/** One object as it is stored, to be read once. */
export interface StoredBytes {
  readonly lengthBytes: number;
  /** Of all bytes, in hexadecimal digits; `undefined` where nobody wrote it down. */
  readonly sha256: string | undefined;
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** An archive that was found to be whole but for the bytes of its objects. */
export interface Archive {
  readonly facts: ArchiveFacts;
  readonly masterKey: Uint8Array | undefined;
  readonly rows: WrittenRows;
  /**
   * The bytes of an object. Asked for in the order in which the rows of objects come.
   * @throws when they are not there
   */
  open(id: ObjectId): Promise<StoredBytes>;
  close(): Promise<void>;
}
