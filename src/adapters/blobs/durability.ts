import { RegistryError } from "../../registry/errors.ts";
import type { FileSystem, OpenFile } from "./file-system.ts";

/**
 * Every fsync of a store goes through here. After one has failed nobody knows which of the written
 * bytes are on disk, and asking again would be answered with a false yes: the store then takes no
 * more writes, and `onFatal`, called once, ends the process (D1).
 */
export class Durability {
  readonly #files: FileSystem;
  readonly #onFatal: (error: unknown) => void;
  #failure: { readonly error: unknown } | undefined;
  #syncingEarly = false;

  constructor(files: FileSystem, onFatal: (error: unknown) => void) {
    this.#files = files;
    this.#onFatal = onFatal;
  }

  /** @throws ServiceUnavailable once an fsync has failed. */
  assertWritable(): void {
    if (this.#failure !== undefined) throw this.#refusal(this.#failure.error);
  }

  syncData(file: OpenFile): Promise<void> {
    return this.#sync(() => file.syncData());
  }

  syncDirectory(directory: OpenFile): Promise<void> {
    return this.#sync(() => directory.sync());
  }

  /** Opens a directory for `work`, which syncs it. */
  async inDirectory(path: string, work: (directory: OpenFile) => Promise<void>): Promise<void> {
    const directory = await refusing(() => this.#files.open(path, "read"));
    try {
      await refusing(() => work(directory));
    } finally {
      await closeReader(directory);
    }
  }

  /** Makes the entries of a directory durable. */
  syncEntries(path: string): Promise<void> {
    return this.inDirectory(path, (directory) => this.syncDirectory(directory));
  }

  /**
   * Starts to write a file back before its end is there, unless another one is at it: one at a time,
   * as each holds a thread that readers need.
   */
  syncEarly(file: OpenFile): Promise<void> | undefined {
    if (this.#syncingEarly) return undefined;
    this.#syncingEarly = true;
    return this.syncData(file).finally(() => {
      this.#syncingEarly = false;
    });
  }

  /** Drops what cannot be trusted any more. */
  async discard(path: string): Promise<void> {
    try {
      await this.#files.unlink(path);
    } catch {
      // The process ends in any case, with the error that led here; fsck finds what is left.
      return;
    }
  }

  async #sync(work: () => Promise<void>): Promise<void> {
    this.assertWritable();
    try {
      await work();
    } catch (error) {
      if (this.#failure === undefined) {
        this.#failure = { error };
        this.#onFatal(error);
      }
      throw this.#refusal(error);
    }
  }

  #refusal(cause: unknown): RegistryError {
    return new RegistryError(
      "ServiceUnavailable",
      "The object store failed to make data durable and takes no more writes.",
      {},
      cause,
    );
  }
}

/** Nothing was written through the handle, so closing it cannot undo what was done meanwhile. */
async function closeReader(file: OpenFile): Promise<void> {
  try {
    await file.close();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

/** Whether the system refused with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

const fullCodes = ["ENOSPC", "EDQUOT"];

/**
 * A system's error as a refusal. Its own words name paths, so they are kept as the cause and not
 * shown; anything else is handed back as it is.
 */
export function asRefusal(error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const full = fullCodes.some((code) => hasCode(error, code));
  return new RegistryError(
    "ServiceUnavailable",
    full ? "The object store is full." : "The object store does not answer as it should.",
    {},
    error,
  );
}

/** Runs `work`, turning a system's error into a refusal. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRefusal(error);
  }
}
