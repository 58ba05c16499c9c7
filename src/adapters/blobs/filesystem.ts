import { dirname, join } from "node:path";
import type {
  BlobStore,
  ListedBlob,
  OpenBlob,
  StagedBlob,
  StagedBytes,
} from "../../ports/blob-store.ts";
import { invariant } from "../../registry/errors.ts";
import type { ObjectId } from "../../registry/names.ts";
import { Durability, hasCode, refusing } from "./durability.ts";
import { type FileSystem, nodeFileSystem, type OpenFile } from "./file-system.ts";
import { checkObjectKey, isObjectKey, objectTooShort, stagedBytesLost } from "./object-key.ts";
import { StagedFile } from "./staged-file.ts";

export interface FilesystemBlobStoreOptions {
  readonly root: string;
  /** Called once, when an fsync has failed: the process must end with a non-zero code. */
  readonly onFatal: (error: unknown) => void;
  readonly files?: FileSystem;
  /** Bytes after which an object that still grows is written back; 0 leaves all to the final sync. */
  readonly earlySyncBytes?: number;
}

const earlySyncBytes = 16 * 1024 * 1024;
/** An object has one name by its key alone. */
const onlyPlace = "";
const prefixes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Objects as files: `incoming/<key>` while staged, `objects/<first two digits>/<key>` once published.
 * One process at a time; the data directory's lock sees to that.
 */
export class FilesystemBlobStore implements BlobStore {
  readonly encrypts = false;
  readonly #root: string;
  readonly #files: FileSystem;
  readonly #durability: Durability;
  readonly #earlySyncBytes: number;
  #probing: Promise<void> | undefined;

  /** Use `open`: the directories must be there. */
  private constructor(options: FilesystemBlobStoreOptions) {
    this.#root = options.root;
    this.#files = options.files ?? nodeFileSystem;
    this.#durability = new Durability(this.#files, options.onFatal);
    this.#earlySyncBytes = options.earlySyncBytes ?? earlySyncBytes;
  }

  /** Makes what directories are missing, durably, so that publishing needs to make none. */
  static async open(options: FilesystemBlobStoreOptions): Promise<FilesystemBlobStore> {
    const store = new FilesystemBlobStore(options);
    await store.#makeDirectories();
    return store;
  }

  async stage(key: ObjectId, { lengthBytes }: StagedBytes): Promise<StagedBlob> {
    invariant(lengthBytes >= 0, "a staged object has a length");
    const path = this.#staged(key);
    this.#durability.assertWritable();
    return refusing(async () => {
      const file =
        lengthBytes === 0
          ? await this.#files.open(path, "create")
          : await unlessAbsent(this.#files.open(path, "write"));
      if (file === undefined) throw stagedBytesLost();
      try {
        const size = await file.size();
        if (size < lengthBytes) throw stagedBytesLost();
        if (size > lengthBytes) await file.truncate(lengthBytes);
      } catch (error) {
        await file.close();
        throw error;
      }
      return new StagedFile(this.#durability, file, {
        path,
        // A file of some length was synced at that length, and its name with it.
        newIn: lengthBytes === 0 ? dirname(path) : undefined,
        lengthBytes,
        earlySyncBytes: this.#earlySyncBytes,
      });
    });
  }

  openStaged(key: ObjectId): Promise<OpenBlob | undefined> {
    return this.#openBlob(key, this.#staged(key));
  }

  async publish(key: ObjectId, { lengthBytes }: StagedBytes): Promise<string> {
    const [staged, published] = [this.#staged(key), this.#published(key)];
    const durability = this.#durability;
    durability.assertWritable();
    await this.#cutOff(key, staged, lengthBytes);
    // Both are opened before the rename: afterwards only the syncs themselves can fail.
    await durability.inDirectory(dirname(staged), (from) =>
      durability.inDirectory(dirname(published), async (to) => {
        const moved = await this.#renameIfThere(staged, published);
        if (!moved && !(await this.#isThere(published))) throw stagedBytesLost();
        try {
          await durability.syncDirectory(to);
          await durability.syncDirectory(from); // The old name must not come back with the power.
        } catch (error) {
          if (moved) await durability.discard(published); // Invisible if it rejects.
          throw error;
        }
      }),
    );
    return onlyPlace;
  }

  open(key: ObjectId): Promise<OpenBlob | undefined> {
    return this.#openBlob(key, this.#published(key));
  }

  async urlFor(): Promise<undefined> {
    return undefined;
  }

  async delete(key: ObjectId, keep?: string): Promise<void> {
    const published = keep === onlyPlace ? [] : [this.#published(key)];
    const paths = [this.#staged(key), ...published];
    this.#durability.assertWritable();
    const removed: string[] = [];
    for (const path of paths) {
      if (await refusing(() => this.#unlinkIfThere(path))) removed.push(path);
    }
    // The caller forgets the object next, so its file must not come back with the power. Found
    // nowhere, it may be that an earlier delete was cut short of this point.
    for (const path of removed.length > 0 ? removed : paths) {
      await this.#durability.syncEntries(dirname(path));
    }
  }

  async *list(): AsyncIterable<ListedBlob> {
    const directories = prefixes.map((prefix) => join(this.#root, "objects", prefix));
    for (const directory of [join(this.#root, "incoming"), ...directories]) {
      for await (const key of this.#files.names(directory)) {
        if (!isObjectKey(key)) continue;
        const sizeBytes = await this.#sizeIfThere(join(directory, key));
        if (sizeBytes === undefined) continue; // Deleted or published since its name was read.
        const staged = directory === join(this.#root, "incoming");
        yield { key, place: onlyPlace, staged, sizeBytes };
      }
    }
  }

  isAt(place: string, listed: string): boolean {
    return place === listed;
  }

  async owner(): Promise<string | undefined> {
    const file = await unlessAbsent(this.#files.open(join(this.#root, "owner"), "read"));
    if (file === undefined) return undefined;
    try {
      const content = Buffer.alloc(await file.size());
      await file.read(content, 0);
      return content.toString("utf8").trim();
    } finally {
      await file.close();
    }
  }

  async claim(owner: string): Promise<void> {
    const draft = join(this.#root, "owner.draft");
    const file = await this.#files.open(draft, "create");
    try {
      await file.write([Buffer.from(`${owner}\n`)], 0);
      await this.#durability.syncData(file);
    } finally {
      await file.close();
    }
    await this.#files.rename(draft, join(this.#root, "owner"));
    await this.#durability.syncEntries(this.#root);
  }

  probe(): Promise<void> {
    // Those who ask at the same time share an answer, and the one file that it takes.
    this.#probing ??= this.#writeProbe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  space(): Promise<{ freeBytes: number; totalBytes: number }> {
    return refusing(() => this.#files.space(this.#root));
  }

  #staged(key: ObjectId): string {
    checkObjectKey(key);
    return join(this.#root, "incoming", key);
  }

  #published(key: ObjectId): string {
    checkObjectKey(key);
    return join(this.#root, "objects", key.slice(0, 2), key);
  }

  /** A broken append may have left bytes behind the last sync. */
  async #cutOff(key: ObjectId, path: string, lengthBytes: number): Promise<void> {
    const size = await this.#sizeIfThere(path);
    if (size === undefined || size === lengthBytes) return;
    const staged = await this.stage(key, { lengthBytes, place: onlyPlace });
    await staged.sync().finally(() => staged.close());
  }

  async #writeProbe(): Promise<void> {
    this.#durability.assertWritable();
    const path = join(this.#root, "probe");
    const file = await this.#files.open(path, "create");
    try {
      await file.write([Buffer.from("entrepot\n")], 0);
      await this.#durability.syncData(file);
    } finally {
      await file.close();
    }
    await this.#files.unlink(path);
  }

  async #openBlob(key: ObjectId, path: string): Promise<OpenBlob | undefined> {
    return refusing(async () => {
      const file = await unlessAbsent(this.#files.open(path, "read"));
      if (file === undefined) return undefined;
      try {
        return new FileBlob(key, file, await file.size());
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  async #renameIfThere(from: string, to: string): Promise<boolean> {
    return (await unlessAbsent(this.#files.rename(from, to).then(() => true))) ?? false;
  }

  async #unlinkIfThere(path: string): Promise<boolean> {
    return (await unlessAbsent(this.#files.unlink(path).then(() => true))) ?? false;
  }

  #sizeIfThere(path: string): Promise<number | undefined> {
    return refusing(() => unlessAbsent(this.#files.sizeOf(path)));
  }

  async #isThere(path: string): Promise<boolean> {
    return (await this.#sizeIfThere(path)) !== undefined;
  }

  async #makeDirectories(): Promise<void> {
    const objects = join(this.#root, "objects");
    await this.#makeRoot(this.#root);
    await this.#makeDirectory(join(this.#root, "incoming"));
    await this.#makeDirectory(objects);
    const present = new Set<string>();
    for await (const name of this.#files.names(objects)) present.add(name);
    for (const prefix of prefixes) {
      if (!present.has(prefix)) await this.#makeDirectory(join(objects, prefix));
    }
    // Also when none was missing: who made them may have been cut off before this.
    for (const path of [objects, this.#root]) {
      await this.#durability.syncEntries(path);
    }
  }

  async #makeRoot(path: string): Promise<void> {
    try {
      if (!(await this.#makeDirectory(path))) return;
    } catch (error) {
      if (!hasCode(error, "ENOENT") || dirname(path) === path) throw error;
      await this.#makeRoot(dirname(path));
      await this.#makeDirectory(path);
    }
    await this.#durability.syncEntries(dirname(path));
  }

  /** False when it was there. */
  async #makeDirectory(path: string): Promise<boolean> {
    try {
      await this.#files.makeDirectory(path);
      return true;
    } catch (error) {
      if (hasCode(error, "EEXIST")) return false;
      throw error;
    }
  }
}

class FileBlob implements OpenBlob {
  readonly sizeBytes: number;
  readonly #key: ObjectId;
  readonly #file: OpenFile;

  constructor(key: ObjectId, file: OpenFile, sizeBytes: number) {
    this.#key = key;
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  get descriptor(): number | undefined {
    return this.#file.descriptor;
  }

  async read(position: number, lengthBytes: number, into?: Uint8Array): Promise<Uint8Array> {
    const target = into?.subarray(0, lengthBytes) ?? Buffer.allocUnsafe(lengthBytes);
    invariant(target.byteLength === lengthBytes, "a buffer to read into must hold the bytes");
    let filled = 0;
    while (filled < lengthBytes) {
      const rest = filled === 0 ? target : target.subarray(filled);
      const count = await refusing(() => this.#file.read(rest, position + filled));
      if (count === 0) throw objectTooShort(this.#key, position + filled, position + lengthBytes);
      filled += count;
    }
    return target;
  }

  close(): Promise<void> {
    return refusing(() => this.#file.close());
  }
}

async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
