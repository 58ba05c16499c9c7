import { RegistryError } from "../../../registry/errors.ts";

/** What is left of an error after it crossed from the writer's thread. */
export interface SqliteFailure {
  readonly message: string;
  readonly stack: string | undefined;
  /** SQLite's extended result code; absent for errors that are not SQLite's. */
  readonly resultCode: number | undefined;
}

/** https://www.sqlite.org/rescode.html; the lowest byte of an extended code is the primary one. */
const busy = 5;
const outOfMemory = 7;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;
const fsyncFailed = ioError | (4 << 8);
const directoryFsyncFailed = ioError | (5 << 8);

const unavailable = new Set([
  busy,
  outOfMemory,
  readOnly,
  ioError,
  corrupt,
  full,
  cannotOpen,
  notADatabase,
]);

export function toFailure(error: unknown): SqliteFailure {
  if (!(error instanceof Error)) {
    return { message: String(error), stack: undefined, resultCode: undefined };
  }
  const resultCode = "errcode" in error ? Number(error.errcode) : undefined;
  return { message: error.message, stack: error.stack, resultCode };
}

/** The machine's failures become ServiceUnavailable; the others are bugs and stay what they are. */
export function toError({ message, stack, resultCode }: SqliteFailure): Error {
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  if (resultCode === undefined || !unavailable.has(resultCode & 0xff)) return error;
  return metadataUnavailable(error);
}

/** Whether nothing that was written can be relied on from here: the process must not go on. */
export function isFatal({ resultCode }: SqliteFailure): boolean {
  if (resultCode === undefined) return false;
  // After a failed fsync the system may forget what it did not write; a second try proves nothing.
  if (resultCode === fsyncFailed || resultCode === directoryFsyncFailed) return true;
  const primary = resultCode & 0xff;
  return primary === corrupt || primary === notADatabase;
}

export function metadataUnavailable(cause: unknown): RegistryError {
  return new RegistryError(
    "ServiceUnavailable",
    "The metadata store is not available at the moment",
    {},
    cause,
  );
}
