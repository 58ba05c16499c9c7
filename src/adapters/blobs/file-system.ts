import { constants } from "node:fs";
import {
  type FileHandle,
  link,
  mkdir,
  open,
  opendir,
  rename,
  stat,
  statfs,
  unlink,
} from "node:fs/promises";

/**
 * The calls that the filesystem store makes, few enough to be simulated. Each fails with the system's
 * error, whose `code` says what went wrong.
 */
export interface FileSystem {
  /** "read" also opens a directory, to sync it; "create" makes the file where it is absent. */
  open(path: string, access: "read" | "write" | "create"): Promise<OpenFile>;
  /** Replaces what has the new name. */
  rename(from: string, to: string): Promise<void>;
  /** Gives the file a second name; refuses where something has that name (EEXIST). */
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  names(directory: string): AsyncIterable<string>;
  sizeOf(path: string): Promise<number>;
  space(path: string): Promise<{ freeBytes: number; totalBytes: number }>;
}

export interface OpenFile {
  /** The system's number of it, where the system knows it. */
  readonly descriptor?: number;
  size(): Promise<number>;
  /** Bytes read, which may be fewer than fit; 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Bytes written, which may be fewer than given. */
  write(pieces: readonly Uint8Array[], position: number): Promise<number>;
  truncate(lengthBytes: number): Promise<void>;
  /** Content and length survive power loss. */
  syncData(): Promise<void>;
  /** So does everything else: for a directory, its entries. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const fileMode = 0o600;
const directoryMode = 0o700;
const flags = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT,
} as const;

/** The machine's own file system. */
export const nodeFileSystem: FileSystem = {
  async open(path, access) {
    return new NodeFile(await open(path, flags[access], fileMode));
  },
  rename,
  link,
  unlink,
  async makeDirectory(path) {
    await mkdir(path, { mode: directoryMode });
  },
  async *names(directory) {
    for await (const entry of await opendir(directory)) yield entry.name;
  },
  async sizeOf(path) {
    return (await stat(path)).size;
  },
  async space(path) {
    const { bavail, blocks, bsize } = await statfs(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
};

class NodeFile implements OpenFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  get descriptor(): number {
    return this.#handle.fd;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.read(into, 0, into.byteLength, position)).bytesRead;
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<number> {
    return (await this.#handle.writev(pieces, position)).bytesWritten;
  }

  truncate(lengthBytes: number): Promise<void> {
    return this.#handle.truncate(lengthBytes);
  }

  syncData(): Promise<void> {
    return this.#handle.datasync();
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
