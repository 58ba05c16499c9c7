import { dirname, join } from "node:path";
import type {
  BlobStore,
  ListedBlob,
  OpenBlob,
  StagedBlob,
  StagedBytes,
} from "../../ports/blob-store.ts";
import {
  placeNow,
  placeOnItsWay,
  plannedPlace,
  type StorageClass,
  storageClassOf,
} from "../../ports/place.ts";
import { invariant } from "../../registry/errors.ts";
import { inParallel } from "../../registry/in-parallel.ts";
import type { ObjectId } from "../../registry/names.ts";
import { ArchiveDirectory, makeDirectory, readText, writeText } from "./archive-directory.ts";
import { Durability, hasCode, refusing } from "./durability.ts";
import { FileBlob } from "./file-blob.ts";
import { type FileSystem, nodeFileSystem } from "./file-system.ts";
import { checkObjectKey, isObjectKey, objectMissing, stagedBytesLost } from "./object-key.ts";
import { StagedFile } from "./staged-file.ts";
import { sizeIfThere, transferFile, unlessAbsent } from "./transfer-file.ts";

export interface FilesystemBlobStoreOptions {
  readonly root: string;
  /** Where archived objects are: a directory of the root's without it. May be another disk. */
  readonly archiveDirectory?: string | undefined;
  /** Called once, when an fsync has failed: the process must end with a non-zero code. */
  readonly onFatal: (error: unknown) => void;
  readonly files?: FileSystem;
  /** Bytes after which an object that still grows is written back; 0 leaves all to the final sync. */
  readonly earlySyncBytes?: number;
}

const earlySyncBytes = 16 * 1024 * 1024;
/** An object has one name by its key, and another one in the archive. */
const usualPlace = "";
const archivePlace = "archive";
const prefixes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Files, or directories, that a deletion of many sees to side by side. Node.js has four threads for
 * files, in which pulls read theirs; two at once were no faster, and kept pulls waiting longer.
 */
const removalsAtOnce = 1;

/**
 * Objects as files: `incoming/<key>` while staged, `objects/<first two digits>/<key>` once published,
 * and in the archive's directory when they are archived (docs/adr/0039-storage-classes.md).
 * One process at a time; the data directory's lock sees to that.
 */
export class FilesystemBlobStore implements BlobStore {
  readonly encrypts = false;
  readonly #root: string;
  readonly #files: FileSystem;
  readonly #durability: Durability;
  readonly #archive: ArchiveDirectory;
  readonly #earlySyncBytes: number;
  #probing: Promise<void> | undefined;

  /** Use `open`: the directories must be there. */
  private constructor(options: FilesystemBlobStoreOptions) {
    this.#root = options.root;
    this.#files = options.files ?? nodeFileSystem;
    this.#durability = new Durability(this.#files, options.onFatal);
    this.#archive = new ArchiveDirectory({
      path: options.archiveDirectory ?? join(this.#root, "archive"),
      storeRoot: this.#root,
      files: this.#files,
      durability: this.#durability,
    });
    this.#earlySyncBytes = options.earlySyncBytes ?? earlySyncBytes;
  }

  /**
   * Makes what directories are missing, durably, so that publishing needs to make none.
   * @throws Error with a sentence for the operator when the archive's directory is not this store's
   */
  static async open(options: FilesystemBlobStoreOptions): Promise<FilesystemBlobStore> {
    const store = new FilesystemBlobStore(options);
    await store.#archive.check();
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
    return usualPlace;
  }

  open(key: ObjectId, place: string = usualPlace): Promise<OpenBlob | undefined> {
    return this.#openBlob(key, this.#pathAt(key, placeNow(place)));
  }

  async urlFor(): Promise<undefined> {
    return undefined;
  }

  planTransfer(place: string, to: StorageClass): string {
    if (storageClassOf(place) === to) return placeNow(place);
    return placeOnItsWay(place, to === "archive" ? archivePlace : usualPlace);
  }

  async transfer(key: ObjectId, place: string, to: StorageClass): Promise<string> {
    const target = plannedPlace(this.planTransfer(place, to));
    if (target === undefined) return placeNow(place);
    this.#durability.assertWritable();
    const paths = { from: this.#pathAt(key, placeNow(place)), to: this.#pathAt(key, target) };
    const staged = to === "archive" ? this.#archive.staged(key) : this.#staged(key);
    await refusing(async () => {
      const sizeBytes = await sizeIfThere(this.#files, paths.from);
      if (sizeBytes === undefined) throw objectMissing(key);
      if (to === "archive") {
        await this.#archive.claim();
        await this.#archive.makeRoomFor(key);
      }
      const present = await sizeIfThere(this.#files, paths.to);
      if (present === sizeBytes) await this.#durability.syncEntries(dirname(paths.to));
      else {
        const transfer = { ...paths, staged, sizeBytes };
        await transferFile(this.#files, this.#durability, transfer);
      }
    });
    return target;
  }

  async delete(key: ObjectId, keep?: string | (() => Promise<string | undefined>)): Promise<void> {
    const staged = [this.#staged(key), this.#archive.staged(key)];
    const kept = typeof keep === "function" ? await keep() : keep;
    const published = [usualPlace, archivePlace]
      .filter((place) => kept === undefined || !this.isAt(kept, place))
      .map((place) => this.#pathAt(key, place));
    this.#durability.assertWritable();
    await this.#syncAll(await this.#unlink(staged, published));
  }

  async deleteAll(keys: readonly ObjectId[]): Promise<void> {
    this.#durability.assertWritable();
    const unsynced = new Set<string>();
    await inParallel(keys, removalsAtOnce, async (key) => {
      const staged = [this.#staged(key), this.#archive.staged(key)];
      const published = [usualPlace, archivePlace].map((place) => this.#pathAt(key, place));
      for (const directory of await this.#unlink(staged, published)) unsynced.add(directory);
    });
    await this.#syncAll(unsynced);
  }

  /** @returns the directories whose entries are to be made durable before the object is forgotten */
  async #unlink(staged: readonly string[], published: readonly string[]): Promise<Set<string>> {
    const removed: string[] = [];
    for (const path of [...staged, ...published]) {
      if (await refusing(() => this.#unlinkIfThere(path))) removed.push(path);
    }
    // The caller forgets the object next, so its files must not come back with the power. What is not
    // found may be so because an earlier delete was cut short of this point.
    const unsynced = [...(removed.length > 0 ? removed : staged), ...published];
    return new Set(unsynced.map((path) => dirname(path)));
  }

  async #syncAll(directories: Iterable<string>): Promise<void> {
    await inParallel([...directories], removalsAtOnce, (path) => this.#syncEntriesIfThere(path));
  }

  async *list(): AsyncIterable<ListedBlob> {
    yield* this.#listIn(join(this.#root, "incoming"), usualPlace, true);
    for (const prefix of prefixes) {
      yield* this.#listIn(join(this.#root, "objects", prefix), usualPlace, false);
    }
    yield* this.#listIn(this.#archive.incoming, archivePlace, true);
    for (const directory of await this.#archive.directories()) {
      yield* this.#listIn(directory, archivePlace, false);
    }
  }

  async *#listIn(directory: string, place: string, staged: boolean): AsyncIterable<ListedBlob> {
    for await (const key of this.#files.names(directory)) {
      if (!isObjectKey(key)) continue;
      const sizeBytes = await sizeIfThere(this.#files, join(directory, key));
      if (sizeBytes === undefined) continue; // Deleted or moved since its name was read.
      yield { key, place, staged, sizeBytes };
    }
  }

  isAt(place: string, listed: string): boolean {
    return listed === placeNow(place) || listed === plannedPlace(place);
  }

  owner(): Promise<string | undefined> {
    return readText(this.#files, join(this.#root, "owner"));
  }

  claim(owner: string): Promise<void> {
    return writeText(this.#files, this.#durability, join(this.#root, "owner"), owner);
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

  #pathAt(key: ObjectId, place: string): string {
    return place === archivePlace ? this.#archive.published(key) : this.#published(key);
  }

  /** A broken append may have left bytes behind the last sync. */
  async #cutOff(key: ObjectId, path: string, lengthBytes: number): Promise<void> {
    const size = await sizeIfThere(this.#files, path);
    if (size === undefined || size === lengthBytes) return;
    const staged = await this.stage(key, { lengthBytes, place: usualPlace });
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

  /** The archive makes directories as it needs them. */
  async #syncEntriesIfThere(directory: string): Promise<void> {
    if (await this.#isThere(directory)) await this.#durability.syncEntries(directory);
  }

  async #isThere(path: string): Promise<boolean> {
    return (await sizeIfThere(this.#files, path)) !== undefined;
  }

  async #makeDirectories(): Promise<void> {
    const objects = join(this.#root, "objects");
    await this.#makeRoot(this.#root);
    await makeDirectory(this.#files, join(this.#root, "incoming"));
    await makeDirectory(this.#files, objects);
    await this.#makeRoot(this.#archive.path);
    await makeDirectory(this.#files, this.#archive.incoming);
    const present = new Set<string>();
    for await (const name of this.#files.names(objects)) present.add(name);
    for (const prefix of prefixes) {
      if (!present.has(prefix)) await makeDirectory(this.#files, join(objects, prefix));
    }
    // Also when none was missing: who made them may have been cut off before this.
    for (const path of [objects, this.#archive.path, this.#root]) {
      await this.#durability.syncEntries(path);
    }
  }

  async #makeRoot(path: string): Promise<void> {
    try {
      if (!(await makeDirectory(this.#files, path))) return;
    } catch (error) {
      if (!hasCode(error, "ENOENT") || dirname(path) === path) throw error;
      await this.#makeRoot(dirname(path));
      await makeDirectory(this.#files, path);
    }
    await this.#durability.syncEntries(dirname(path));
  }
}
