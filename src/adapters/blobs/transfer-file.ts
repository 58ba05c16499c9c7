import { dirname } from "node:path";
import { RegistryError } from "../../registry/errors.ts";
import { freeMemory } from "../../registry/free-memory.ts";
import { isRoomy } from "../../registry/space.ts";
import { type Durability, hasCode, refusing } from "./durability.ts";
import type { FileSystem, OpenFile } from "./file-system.ts";
import { StagedFile } from "./staged-file.ts";

export interface FileTransfer {
  readonly from: string;
  readonly sizeBytes: number;
  /** Where a copy grows, on the disk of `to`. */
  readonly staged: string;
  readonly to: string;
}

const pieceBytes = 1024 * 1024;
const earlySyncBytes = 16 * 1024 * 1024;
/** Why a file can not have a second name: on another disk, or a file system without such names. */
const noSecondName = ["EXDEV", "EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EMLINK"];

/**
 * Has the file under a second name too, durable once this resolves: as one file with two names where
 * the file system can do that, which moves no byte and takes no room; else as a copy. The file's own
 * content was made durable before it got its first name.
 * @throws RegistryError ServiceUnavailable where there is no room for a copy
 */
export async function transferFile(
  files: FileSystem,
  durability: Durability,
  transfer: FileTransfer,
): Promise<void> {
  if (!(await addName(files, transfer))) await copy(files, durability, transfer);
  try {
    await durability.syncEntries(dirname(transfer.to));
  } catch (error) {
    await durability.discard(transfer.to);
    throw error;
  }
}

async function addName(files: FileSystem, { from, to }: FileTransfer): Promise<boolean> {
  try {
    await files.link(from, to);
    return true;
  } catch (error) {
    // What is there is not this file: then its size would have told so.
    if (hasCode(error, "EEXIST")) return false;
    if (noSecondName.some((code) => hasCode(error, code))) return false;
    throw error;
  }
}

async function copy(
  files: FileSystem,
  durability: Durability,
  { from, sizeBytes, staged, to }: FileTransfer,
): Promise<void> {
  await requireRoom(files, dirname(to), sizeBytes);
  const source = await files.open(from, "read");
  try {
    const target = await files.open(staged, "create");
    const options = { path: staged, newIn: undefined, lengthBytes: 0, earlySyncBytes };
    const growing = new StagedFile(durability, target, options);
    try {
      await target.truncate(0); // What an earlier try left.
      await pour(source, growing, sizeBytes);
      await growing.sync();
    } finally {
      await growing.close();
    }
    await files.rename(staged, to); // Readers see the whole object or none of it.
    await durability.syncEntries(dirname(staged)); // The old name must not come back with the power.
  } catch (error) {
    await durability.discard(staged);
    throw error;
  } finally {
    await source.close();
  }
}

async function pour(source: OpenFile, target: StagedFile, sizeBytes: number): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, Math.max(1, sizeBytes)));
  try {
    let position = 0;
    while (position < sizeBytes) {
      const count = await source.read(buffer, position);
      if (count === 0) throw new Error(`a file of ${sizeBytes} bytes ends after ${position}`);
      await target.append([buffer.subarray(0, count)]);
      position += count;
    }
  } finally {
    freeMemory(buffer);
  }
}

async function requireRoom(files: FileSystem, path: string, sizeBytes: number): Promise<void> {
  const { freeBytes, totalBytes } = await files.space(path);
  if (isRoomy({ freeBytes: freeBytes - sizeBytes, totalBytes })) return;
  throw new RegistryError(
    "ServiceUnavailable",
    "The disk that an object is to be moved to has too little free space.",
  );
}

/** Whether the file is there, and how long it is. */
export function sizeIfThere(files: FileSystem, path: string): Promise<number | undefined> {
  return refusing(() => unlessAbsent(files.sizeOf(path)));
}

export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
