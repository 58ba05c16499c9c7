import { existsSync } from "node:fs";
import { type FileHandle, mkdtemp, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { ArchiveDraft, ArchiveFacts, RowScratch } from "../../ports/archive.ts";
import type { ObjectId } from "../../registry/names.ts";
import { FileBytes } from "./file-bytes.ts";
import { type FileFacts, HashedFile } from "./hashed-file.ts";
import { formatManifest, masterKeyName, objectsName, rowsName } from "./manifest.ts";
import { RowFileWriter, WrittenRowFile } from "./row-file.ts";
import { DirectoryShelf, moveInto, once, type Shelf, TarShelf } from "./shelf.ts";

/** Where the bytes of an object are in an archive. */
export function objectName(id: ObjectId): string {
  return `objects/${id.slice(0, 2)}/${id}`;
}

/**
 * An archive that will be at `target`: one file where the name ends in `.tar`, else a directory. Until
 * then everything is in a work directory beside it.
 * @throws when something is there already
 */
export async function draftArchive(target: string): Promise<ArchiveDraft> {
  const path = resolve(target);
  if (existsSync(path)) throw new Error(`${target} is there already: name a new file or directory`);
  if (!existsSync(dirname(path))) throw new Error(`There is no directory ${dirname(path)}`);
  const work = await mkdtemp(join(dirname(path), `${basename(path)}.partial-`));
  try {
    const shelf = path.endsWith(".tar") ? await TarShelf.create(work) : new DirectoryShelf(work);
    const rowFile = await HashedFile.create(join(work, rowsName));
    const objectFile = await HashedFile.create(join(work, objectsName));
    return new FileArchiveDraft({ path, work, shelf, rowFile, objectFile });
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

/** Rows in a file of a new directory below `parent`. */
export async function scratchRows(parent: string): Promise<RowScratch> {
  const directory = await mkdtemp(join(parent, "rows-"));
  const path = join(directory, rowsName);
  const handles: FileHandle[] = [];
  const file = await HashedFile.create(path);
  const writer = new RowFileWriter(file, async (_facts, offsets) => {
    const opened = await FileBytes.open(path);
    handles.push(opened.file);
    return new WrittenRowFile(opened.bytes, offsets);
  });
  return {
    add: (table, rows) => writer.add(table, rows),
    finish: () => writer.finish(),
    async discard() {
      await closeAll([file, ...handles]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Parts {
  readonly path: string;
  readonly work: string;
  readonly shelf: Shelf;
  readonly rowFile: HashedFile;
  readonly objectFile: HashedFile;
}

class FileArchiveDraft implements ArchiveDraft {
  readonly rows: RowFileWriter;
  readonly #parts: Parts;
  readonly #files: Record<string, FileFacts> = {};
  readonly #handles: FileHandle[] = [];
  #isOver = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.rows = new RowFileWriter(parts.rowFile, async (facts, offsets) => {
      this.#files[rowsName] = facts;
      await parts.shelf.adopt(rowsName);
      const { bytes, file } = await FileBytes.open(join(parts.work, rowsName));
      this.#handles.push(file);
      return new WrittenRowFile(bytes, offsets);
    });
  }

  async addObject(
    id: ObjectId,
    lengthBytes: number,
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const { shelf, objectFile } = this.#parts;
    const facts = await shelf.addFile(objectName(id), lengthBytes, content);
    await objectFile.write(Buffer.from(`${JSON.stringify({ id, ...facts })}\n`));
  }

  async publish(facts: ArchiveFacts, masterKey: Uint8Array | undefined): Promise<void> {
    const { shelf, objectFile, work, path } = this.#parts;
    if (masterKey !== undefined) {
      const text = `${Buffer.from(masterKey).toString("base64")}\n`;
      this.#files[masterKeyName] = await shelf.addFile(masterKeyName, text.length, once(text));
    }
    this.#files[objectsName] = await objectFile.finish();
    await shelf.adopt(objectsName); // Last: who reads a tar finds it from the end.
    const finished = await shelf.finish(formatManifest({ facts, files: this.#files }));
    await closeAll(this.#handles);
    if (existsSync(path)) throw new Error(`${path} came to be while the backup was made`);
    await moveInto(finished, work, path);
    this.#isOver = true;
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const { shelf, rowFile, objectFile, work } = this.#parts;
    await closeAll([shelf, rowFile, objectFile, ...this.#handles]);
    await rm(work, { recursive: true, force: true });
  }
}

/** Some of them are closed already, which is no failure. */
async function closeAll(files: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.allSettled(files.map((file) => file.close()));
}
