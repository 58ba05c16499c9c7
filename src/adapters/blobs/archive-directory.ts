import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import type { ObjectId } from "../../registry/names.ts";
import { type Durability, hasCode } from "./durability.ts";
import type { FileSystem } from "./file-system.ts";
import { checkObjectKey } from "./object-key.ts";
import { StagedFile } from "./staged-file.ts";
import { unlessAbsent } from "./transfer-file.ts";

export interface ArchiveDirectoryOptions {
  /** Where it is. */
  readonly path: string;
  /** Where the store keeps a note of whose the archive is: not on the archive's own disk. */
  readonly storeRoot: string;
  readonly files: FileSystem;
  readonly durability: Durability;
}

const claiming = " claiming";

/**
 * The directory of archived objects: `<first two digits>/<key>`, and `incoming/<key>` while one is
 * copied. It may be a disk of its own, and disks may be absent: the first object that comes here has
 * a name written down on both sides, which every later start compares.
 */
export class ArchiveDirectory {
  readonly path: string;
  readonly #note: string;
  readonly #owner: string;
  readonly #files: FileSystem;
  readonly #durability: Durability;
  /** Directories whose own names are durable. */
  readonly #made = new Set<string>();
  #claim: Promise<void> | undefined;

  constructor({ path, storeRoot, files, durability }: ArchiveDirectoryOptions) {
    this.path = path;
    this.#note = join(storeRoot, "archive.owner");
    this.#owner = join(path, "owner");
    this.#files = files;
    this.#durability = durability;
  }

  get incoming(): string {
    return join(this.path, "incoming");
  }

  staged(key: ObjectId): string {
    checkObjectKey(key);
    return join(this.incoming, key);
  }

  published(key: ObjectId): string {
    checkObjectKey(key);
    return join(this.path, key.slice(0, 2), key);
  }

  /** @throws Error with a sentence for the operator when it is not the archive of this store */
  async check(): Promise<void> {
    const note = await this.#read(this.#note);
    const owner = await this.#read(this.#owner);
    if (owner === undefined && (note === undefined || note.endsWith(claiming))) return;
    if (owner !== undefined && owner === note?.replace(claiming, "")) return;
    if (owner === undefined) {
      throw new Error(
        `The archive directory ${this.path} is not the one that archived layers are in: see that ` +
          "its disk is mounted, and check ENTREPOT_ARCHIVE_DIR. To keep them elsewhere, move all " +
          "that is in the directory.",
      );
    }
    throw new Error(
      `The archive directory ${this.path} belongs to another deployment: check ENTREPOT_ARCHIVE_DIR.`,
    );
  }

  /** Writes down whose it is, before the first object is. */
  claim(): Promise<void> {
    this.#claim ??= this.#writeClaim().catch((error) => {
      this.#claim = undefined;
      throw error;
    });
    return this.#claim;
  }

  /** Makes the directory of the key, durably. */
  async makeRoomFor(key: ObjectId): Promise<void> {
    const directory = dirname(this.published(key));
    if (this.#made.has(directory)) return;
    await makeDirectory(this.#files, directory);
    await this.#durability.syncEntries(this.path);
    this.#made.add(directory);
  }

  /** The directories that objects are in. */
  async directories(): Promise<string[]> {
    const found: string[] = [];
    for await (const name of this.#files.names(this.path)) {
      if (/^[0-9a-f]{2}$/.test(name)) found.push(join(this.path, name));
    }
    return found;
  }

  async #writeClaim(): Promise<void> {
    const note = await this.#read(this.#note);
    if (note !== undefined && !note.endsWith(claiming)) return;
    const owner = note?.replace(claiming, "") ?? randomUUID();
    // In this order: cut off anywhere, it is completed by the next one, and taken for nobody else's.
    if (note === undefined) await this.#write(this.#note, owner + claiming);
    await this.#write(this.#owner, owner);
    await this.#write(this.#note, owner);
  }

  async #read(path: string): Promise<string | undefined> {
    return readText(this.#files, path);
  }

  #write(path: string, text: string): Promise<void> {
    return writeText(this.#files, this.#durability, path, text);
  }
}

/** A small file's text, trimmed; `undefined` where there is none. */
export async function readText(files: FileSystem, path: string): Promise<string | undefined> {
  const file = await unlessAbsent(files.open(path, "read"));
  if (file === undefined) return undefined;
  try {
    const content = Buffer.alloc(await file.size());
    await file.read(content, 0);
    return content.toString("utf8").trim();
  } finally {
    await file.close();
  }
}

/** Writes a small file whole or not at all, durably. */
export async function writeText(
  files: FileSystem,
  durability: Durability,
  path: string,
  text: string,
): Promise<void> {
  const draft = `${path}.draft`;
  const file = await files.open(draft, "create");
  const options = { path: draft, newIn: undefined, lengthBytes: 0, earlySyncBytes: 0 };
  const growing = new StagedFile(durability, file, options);
  try {
    await file.truncate(0);
    await growing.append([Buffer.from(`${text}\n`)]);
    await growing.sync();
  } finally {
    await growing.close();
  }
  await files.rename(draft, path);
  await durability.syncEntries(dirname(path));
}

/** False when it was there. */
export async function makeDirectory(files: FileSystem, path: string): Promise<boolean> {
  try {
    await files.makeDirectory(path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}
