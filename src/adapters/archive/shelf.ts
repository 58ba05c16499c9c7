/** Where the files of an archive that is being written go: into a directory, or into one tar. */
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FileBytes } from "./file-bytes.ts";
import type { FileFacts } from "./hashed-file.ts";
import { manifestName, manifestRoomBytes } from "./manifest.ts";
import { paddingBytes, tarEnd, tarHeader } from "./tar.ts";

export interface Shelf {
  /** @throws when the content has another length */
  addFile(
    name: string,
    lengthBytes: number,
    content: AsyncIterable<Uint8Array>,
  ): Promise<FileFacts>;
  /** Takes over a durable file of the work directory. */
  adopt(name: string): Promise<void>;
  /** Durable, and nothing else but the archive is left. Resolves to what is to be renamed. */
  finish(manifest: string): Promise<string>;
  close(): Promise<void>;
}

/** The work directory itself becomes the archive. */
export class DirectoryShelf implements Shelf {
  readonly #root: string;
  readonly #directories = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  async addFile(
    name: string,
    lengthBytes: number,
    content: AsyncIterable<Uint8Array>,
  ): Promise<FileFacts> {
    const path = join(this.#root, name);
    const directory = dirname(path);
    if (directory !== this.#root && !this.#directories.has(directory)) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      this.#directories.add(directory);
    }
    const file = await open(path, "wx", 0o600);
    try {
      const facts = await writeAll(file, undefined, lengthBytes, content);
      await file.datasync();
      return facts;
    } finally {
      await file.close();
    }
  }

  async adopt(): Promise<void> {
    // It is where it belongs.
  }

  async finish(manifest: string): Promise<string> {
    await this.addFile(manifestName, Buffer.byteLength(manifest), once(manifest));
    const parents = new Set([...this.#directories].map(dirname));
    for (const directory of [...this.#directories, ...parents, this.#root]) {
      await syncDirectory(directory);
    }
    return this.#root;
  }

  async close(): Promise<void> {
    // Every file is closed already.
  }
}

const tarName = "archive.tar";

/** One file beside the others of the work directory. The manifest comes first and is filled in last. */
export class TarShelf implements Shelf {
  readonly #root: string;
  readonly #file: FileHandle;
  readonly #modifiedSeconds: number;
  #position = 0;
  #isClosed = false;

  private constructor(root: string, file: FileHandle) {
    this.#root = root;
    this.#file = file;
    this.#modifiedSeconds = Math.floor(Date.now() / 1000);
  }

  static async create(root: string): Promise<TarShelf> {
    const shelf = new TarShelf(root, await open(join(root, tarName), "wx", 0o600));
    await shelf.addFile(manifestName, manifestRoomBytes, once(" ".repeat(manifestRoomBytes)));
    return shelf;
  }

  async addFile(
    name: string,
    lengthBytes: number,
    content: AsyncIterable<Uint8Array>,
  ): Promise<FileFacts> {
    await this.#append(tarHeader({ name, lengthBytes }, this.#modifiedSeconds));
    const facts = await writeAll(this.#file, this.#position, lengthBytes, content);
    this.#position += lengthBytes;
    await this.#append(Buffer.alloc(paddingBytes(lengthBytes)));
    return facts;
  }

  async adopt(name: string): Promise<void> {
    const { bytes, file } = await FileBytes.open(join(this.#root, name));
    try {
      await this.addFile(name, bytes.lengthBytes, bytes.pieces());
    } finally {
      await file.close();
    }
  }

  async finish(manifest: string): Promise<string> {
    await this.#append(tarEnd);
    const content = Buffer.from(manifest.padEnd(manifestRoomBytes, " "));
    const first = tarHeader({ name: manifestName, lengthBytes: content.length }, 0);
    await writeAt(this.#file, first.length, content);
    await this.#file.sync();
    await this.close();
    return join(this.#root, tarName);
  }

  async close(): Promise<void> {
    if (!this.#isClosed) await this.#file.close();
    this.#isClosed = true;
  }

  async #append(content: Buffer): Promise<void> {
    await writeAt(this.#file, this.#position, content);
    this.#position += content.length;
  }
}

/** From `position` on, or at the beginning of a new file. */
async function writeAll(
  file: FileHandle,
  position: number | undefined,
  lengthBytes: number,
  content: AsyncIterable<Uint8Array>,
): Promise<FileFacts> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of content) {
    if (bytes + piece.length > lengthBytes) throw otherLength();
    hash.update(piece);
    await writeAt(file, (position ?? 0) + bytes, piece);
    bytes += piece.length;
  }
  if (bytes !== lengthBytes) throw otherLength();
  return { bytes, sha256: hash.digest("hex") };
}

function otherLength(): Error {
  return new Error("a file of the backup has another length than was said");
}

async function writeAt(file: FileHandle, position: number, content: Uint8Array): Promise<void> {
  for (let done = 0; done < content.length; ) {
    const { bytesWritten } = await file.write(
      content,
      done,
      content.length - done,
      position + done,
    );
    done += bytesWritten;
  }
}

export async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Puts what is finished under its name, and removes what is left of the work directory. */
export async function moveInto(finished: string, work: string, target: string): Promise<void> {
  await rename(finished, target);
  if (finished !== work) await rm(work, { recursive: true, force: true });
  await syncDirectory(dirname(target));
}
