import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import type { BuiltIndex, VulnerabilityDatabase } from "../../ports/advisories.ts";
import { buildApart } from "./build-apart.ts";
import { IndexUnreadable, SqliteAdvisoryIndex } from "./sqlite-advisory-index.ts";

/** Somebody else imports at the moment. */
export class ImportUnderWay extends Error {
  override readonly name = "ImportUnderWay";
}

export interface ImportWish {
  /** Files and folders. */
  readonly inputs: readonly string[];
  /** Families of ecosystems of which nothing that was there is kept. */
  readonly replaced: readonly string[] | "those that come";
  readonly followed: Readonly<Record<string, number>>;
  readonly builtAt: number;
  readonly onProgress?: (records: number) => void;
}

const pointerName = "current.json";
const namePattern = /^index-([0-9a-f]{16})-(\d{1,15})\.db$/;

/**
 * Indexes in a directory: files that never change, named by their versions, and a pointer to the newest. While
 * there is none, it is made from the snapshot that the package brings.
 */
export class IndexDirectory implements VulnerabilityDatabase {
  readonly #directory: string;
  readonly #snapshot: string | undefined;
  #open: { readonly name: string; readonly index: SqliteAdvisoryIndex } | undefined;
  /** One that was given out before the newest: whoever has it may still be at work. */
  #before: SqliteAdvisoryIndex | undefined;
  #opening: Promise<SqliteAdvisoryIndex | undefined> | undefined;

  constructor(directory: string, snapshot: string | undefined) {
    this.#directory = directory;
    this.#snapshot = snapshot;
  }

  /** Calls at one time share one answer. */
  current(): Promise<SqliteAdvisoryIndex | undefined> {
    this.#opening ??= this.#current().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /**
   * Makes an index of the inputs over the newest one, and points to it. Readers see the old or the new one. Where
   * nothing came, and nothing is told of feeds, the newest one stays.
   * @throws ImportUnderWay
   */
  async import({ onProgress, ...wish }: ImportWish): Promise<BuiltIndex> {
    const unlock = await this.#lock();
    try {
      const base = await this.current();
      const target = this.#draft();
      const order = { ...wish, target, base: base && this.#path(this.#open!.name) };
      try {
        const built = await buildApart(order, onProgress ?? (() => undefined));
        const isSame = built.isEmpty && Object.keys(wish.followed).length === 0;
        if (!isSame) await this.#publish(target, built.version, wish.builtAt);
        return built;
      } finally {
        await rm(target, { force: true });
      }
    } finally {
      unlock();
    }
  }

  /** The file of the newest index. It stays as it is until another one is published. */
  async file(): Promise<{ readonly name: string; readonly path: string } | undefined> {
    if ((await this.current()) === undefined) return undefined;
    const { name } = this.#open!;
    return { name, path: this.#path(name) };
  }

  /**
   * Takes an index that was made elsewhere for the newest: `write` makes its file.
   * @throws ImportUnderWay
   * @throws IndexUnreadable for what is none
   */
  async adopt(name: string, write: (path: string) => Promise<void>): Promise<void> {
    const [, version, builtAt] = namePattern.exec(name) ?? [];
    if (version === undefined) throw new IndexUnreadable(`${name} is no name of an index`);
    const unlock = await this.#lock();
    const draft = this.#draft();
    try {
      await write(draft);
      SqliteAdvisoryIndex.open(draft).close();
      await this.#publish(draft, version, Number(builtAt));
    } finally {
      await rm(draft, { force: true });
      unlock();
    }
  }

  close(): void {
    this.#before?.close();
    this.#open?.index.close();
    this.#before = undefined;
    this.#open = undefined;
  }

  async #current(): Promise<SqliteAdvisoryIndex | undefined> {
    const name = this.#pointer() ?? (await this.#unpackSnapshot());
    if (name === undefined) return undefined;
    if (this.#open?.name === name) return this.#open.index;
    const index = SqliteAdvisoryIndex.open(this.#path(name));
    this.#before?.close();
    this.#before = this.#open?.index;
    this.#open = { name, index };
    return index;
  }

  /** The name of the newest index, if there is one that can be read. */
  #pointer(): string | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path(pointerName), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    const { file } = JSON.parse(text) as { file: string };
    if (!namePattern.test(file)) throw new IndexUnreadable(`${pointerName} names no index`);
    return file;
  }

  async #unpackSnapshot(): Promise<string | undefined> {
    if (this.#snapshot === undefined) return undefined;
    if ((await stat(this.#snapshot).catch(() => undefined)) === undefined) return undefined;
    const draft = this.#draft();
    await mkdir(this.#directory, { recursive: true });
    try {
      const file = createWriteStream(draft, { flush: true });
      await pipeline(createReadStream(this.#snapshot), createZstdDecompress(), file);
      const snapshot = SqliteAdvisoryIndex.open(draft);
      const { version, builtAt } = snapshot.about;
      snapshot.close();
      return await this.#publish(draft, version, builtAt);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Of one content there may be several, as data that did not change is younger when it is fetched again. */
  async #publish(draft: string, version: string, builtAt: number): Promise<string> {
    const file = `index-${version}-${builtAt}.db`;
    await rename(draft, this.#path(file));
    const pointer = `${draft}.pointer`;
    await writeFile(pointer, `${JSON.stringify({ version, file })}\n`, { flush: true });
    // The index's own name is durable before anything points to it.
    await syncDirectory(this.#directory);
    await rename(pointer, this.#path(pointerName));
    await syncDirectory(this.#directory);
    await this.#removeOthers(file);
    return file;
  }

  /** All but the newest. Who has one of them open goes on reading it. */
  async #removeOthers(newest: string): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      if (namePattern.test(name) && name !== newest) await rm(this.#path(name), { force: true });
    }
  }

  /** The system lets go of SQLite's lock when the process ends, however it ends. */
  async #lock(): Promise<() => void> {
    await mkdir(this.#directory, { recursive: true });
    const lock = new DatabaseSync(this.#path("import.lock"), { timeout: 0 });
    try {
      lock.exec("pragma journal_mode = memory; begin exclusive");
    } catch (cause) {
      lock.close();
      throw new ImportUnderWay("vulnerability data is being imported already", { cause });
    }
    for (const name of await readdir(this.#directory)) {
      // Begun by an import that did not end.
      if (name.startsWith("draft-")) await rm(this.#path(name), { force: true });
    }
    return () => lock.close();
  }

  #draft(): string {
    return this.#path(`draft-${randomUUID()}`);
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
