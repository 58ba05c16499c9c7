import { createHash } from "node:crypto";
import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Archive, ArchiveFacts, StoredBytes, WrittenRows } from "../../ports/archive.ts";
import type { ObjectId } from "../../registry/names.ts";
import { objectName } from "./archive-draft.ts";
import { FileBytes } from "./file-bytes.ts";
import type { FileFacts } from "./hashed-file.ts";
import {
  manifestName,
  manifestRoomBytes,
  masterKeyName,
  type NamedFiles,
  objectsName,
  parseManifest,
  rowsName,
} from "./manifest.ts";
import { type TableOffsets, tableOfLine, WrittenRowFile } from "./row-file.ts";
import { blockBytes, paddingBytes, parseTarHeader, tarEnd } from "./tar.ts";

/**
 * An archive, a directory or one file, when all of it but the bytes of its objects was verified.
 * @throws with a sentence when it is none, or not whole
 */
export async function openArchive(path: string): Promise<Archive> {
  let shelf: ArchiveFiles | undefined;
  try {
    const isDirectory = (await stat(path)).isDirectory();
    shelf = isDirectory ? new DirectoryFiles(path) : await TarFiles.open(path);
    return await readArchive(shelf);
  } catch (error) {
    await shelf?.close();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${path} is no whole backup: ${why}`, { cause: error });
  }
}

/** The files of an archive, wherever they are. Objects are found in the order that they lie in. */
interface ArchiveFiles {
  /** @throws when there is none, or not of that length */
  file(name: string, facts: FileFacts | undefined): Promise<FileBytes>;
  object(name: string): Promise<{ bytes: FileBytes; close(): Promise<void> }>;
  close(): Promise<void>;
}

async function readArchive(files: ArchiveFiles): Promise<Archive> {
  const first = await files.file(manifestName, undefined);
  const text = (await first.read(0, manifestRoomBytes)).toString("utf8");
  const manifest = parseManifest(text);
  const rows = await verified(files, manifest.files, rowsName);
  const index = await verified(files, manifest.files, objectsName);
  const masterKey = manifest.facts.hasMasterKey
    ? Buffer.from(
        (await readAll(await verified(files, manifest.files, masterKeyName))).toString("utf8"),
        "base64",
      )
    : undefined;
  const offsets = await tableOffsets(rows);
  const written = new WrittenRowFile(rows, offsets);
  return new FileArchive(files, manifest.facts, masterKey, written, index);
}

async function verified(files: ArchiveFiles, named: NamedFiles, name: string): Promise<FileBytes> {
  const facts = named[name];
  if (facts === undefined) throw new Error(`its manifest does not name ${name}`);
  const bytes = await files.file(name, facts);
  const hash = createHash("sha256");
  for await (const piece of bytes.pieces()) hash.update(piece);
  if (hash.digest("hex") !== facts.sha256) throw new Error(`${name} in it is damaged`);
  return bytes;
}

async function readAll(bytes: FileBytes): Promise<Buffer> {
  return bytes.read(0, bytes.lengthBytes);
}

async function tableOffsets(rows: FileBytes): Promise<TableOffsets> {
  const offsets = new Map<string, number>();
  for await (const { at, line } of rows.lines()) {
    const table = tableOfLine(line);
    if (!offsets.has(table)) offsets.set(table, at);
  }
  return offsets;
}

class FileArchive implements Archive {
  readonly facts: ArchiveFacts;
  readonly masterKey: Uint8Array | undefined;
  readonly rows: WrittenRows;
  readonly #files: ArchiveFiles;
  readonly #index: AsyncGenerator<{ readonly line: Buffer }>;

  constructor(
    files: ArchiveFiles,
    facts: ArchiveFacts,
    masterKey: Uint8Array | undefined,
    rows: WrittenRows,
    index: FileBytes,
  ) {
    this.#files = files;
    this.facts = facts;
    this.masterKey = masterKey;
    this.rows = rows;
    this.#index = index.lines();
  }

  async open(id: ObjectId): Promise<StoredBytes> {
    const { bytes: lengthBytes, sha256 } = await this.#find(id);
    const { bytes, close } = await this.#files.object(objectName(id));
    if (bytes.lengthBytes !== lengthBytes) {
      await close();
      throw new Error(`The object ${id} in the backup has another length than it should`);
    }
    return { lengthBytes, sha256, read: () => bytes.pieces(), close };
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  async #find(id: ObjectId): Promise<FileFacts> {
    for (;;) {
      const { value, done } = await this.#index.next();
      if (done === true) throw new Error(`The backup does not have the object ${id}`);
      const entry = JSON.parse(value.line.toString("utf8")) as FileFacts & { id: ObjectId };
      if (entry.id === id) return entry;
    }
  }
}

class DirectoryFiles implements ArchiveFiles {
  readonly #root: string;
  readonly #handles: FileHandle[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  async file(name: string, facts: FileFacts | undefined): Promise<FileBytes> {
    const { bytes, file } = await FileBytes.open(join(this.#root, name));
    this.#handles.push(file);
    requireLength(name, bytes.lengthBytes, facts);
    return bytes;
  }

  async object(name: string): Promise<{ bytes: FileBytes; close(): Promise<void> }> {
    const { bytes, file } = await FileBytes.open(join(this.#root, name));
    return { bytes, close: () => file.close() };
  }

  async close(): Promise<void> {
    await Promise.all(this.#handles.map((file) => file.close()));
  }
}

interface Found {
  readonly name: string;
  readonly start: number;
  readonly lengthBytes: number;
  /** Where the next entry begins. */
  readonly end: number;
}

/** Manifest first, then rows, objects in their order, the key if there is one, and the index of objects. */
class TarFiles implements ArchiveFiles {
  readonly #file: FileHandle;
  readonly #bytes: FileBytes;
  #cursor = 0;

  private constructor(file: FileHandle, bytes: FileBytes) {
    this.#file = file;
    this.#bytes = bytes;
  }

  static async open(path: string): Promise<TarFiles> {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      return new TarFiles(file, new FileBytes(file, 0, size));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async file(name: string, facts: FileFacts | undefined): Promise<FileBytes> {
    const found = await this.#entry(name, facts);
    requireLength(name, found.lengthBytes, facts);
    return this.#content(found);
  }

  async object(name: string): Promise<{ bytes: FileBytes; close(): Promise<void> }> {
    for (;;) {
      const found = await this.#at(this.#cursor);
      if (found === undefined) throw new Error(`The backup does not have ${name}`);
      this.#cursor = found.end;
      if (found.name === name) return { bytes: this.#content(found), close: async () => {} };
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #content({ start, lengthBytes }: Found): FileBytes {
    return new FileBytes(this.#file, start, lengthBytes);
  }

  async #entry(name: string, facts: FileFacts | undefined): Promise<Found> {
    const end = this.#bytes.lengthBytes - tarEnd.length;
    const fromEnd = (bytes: number) => end - bytes - paddingBytes(bytes) - blockBytes;
    let at = 0;
    if (name === rowsName) at = (await this.#at(0))?.end ?? 0;
    if (name === objectsName) {
      at = fromEnd(facts?.bytes ?? 0);
      const last = await this.#bytes.read(end, tarEnd.length);
      if (at < 0 || !last.equals(tarEnd)) throw new Error("it is cut off");
      this.#index = at;
    }
    // Its length is known, and it lies right before the index.
    if (name === masterKeyName) {
      const bytes = facts?.bytes ?? 0;
      at = this.#index - bytes - paddingBytes(bytes) - blockBytes;
    }
    const found = await this.#at(at);
    if (found?.name !== name) throw new Error(`${name} is not where it should be`);
    return found;
  }

  /** Where the index of objects begins; known once that was looked for. */
  #index = 0;

  async #at(position: number): Promise<Found | undefined> {
    const header = parseTarHeader(await this.#bytes.read(position, blockBytes));
    if (header === undefined) return undefined;
    const start = position + blockBytes;
    const { name, lengthBytes } = header;
    return { name, start, lengthBytes, end: start + lengthBytes + paddingBytes(lengthBytes) };
  }
}

function requireLength(name: string, lengthBytes: number, facts: FileFacts | undefined): void {
  if (facts === undefined || facts.bytes === lengthBytes) return;
  throw new Error(`${name} in it has another length than it should`);
}
