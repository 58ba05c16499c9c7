import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Somebody else holds the lock of the directory. */
export class DirectoryInUse extends Error {
  override readonly name = "DirectoryInUse";
}

/**
 * Keeps a second process, or a second store of this one, out of the directory. The lock is SQLite's
 * own on a file of no other use: the system lets go of it when the process ends, however it ends, so
 * that there are no stale locks to guess about.
 */
export class DirectoryLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @throws DirectoryInUse when somebody holds the lock */
  static take(directory: string): DirectoryLock {
    // Nothing else of this process may open this file: closing it would drop the lock.
    const database = new DatabaseSync(join(directory, "metadata.lock"), { timeout: 0 });
    const ownerFile = join(directory, "metadata.owner");
    try {
      database.exec("pragma journal_mode = memory; begin exclusive");
    } catch (error) {
      database.close();
      const owner = describeOwner(ownerFile);
      throw new DirectoryInUse(
        `another Entrepot (${owner}) uses ${directory}: stop it first, or name another directory`,
        { cause: error },
      );
    }
    const owner: Owner = { pid: process.pid, since: new Date().toISOString() };
    writeFileSync(ownerFile, `${JSON.stringify(owner)}\n`);
    return new DirectoryLock(database);
  }

  release(): void {
    this.#database.close();
  }
}

/** Only for the sentence that refuses; decides nothing. */
interface Owner {
  readonly pid: number;
  readonly since: string;
}

function describeOwner(file: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(file, "utf8")) as Owner;
    return `pid ${pid}, since ${since}`;
  } catch {
    // It holds the lock but has not written yet who it is.
    return "starting";
  }
}
