import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { keyBytes } from "./sealed-key.ts";

const shape = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The master key from its base64 form, as in `ENTREPOT_MASTER_KEY`.
 * @throws when it is anything but 32 bytes in base64
 */
export function parseMasterKey(text: string, source = "the master key"): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, "base64");
  // The second test refuses loose bits at the end: a key has one written form.
  if (!shape.test(trimmed) || key.toString("base64") !== trimmed) {
    throw new Error(`${source} must be 32 bytes in base64, which is 44 characters ending with "="`);
  }
  return key;
}

/**
 * The master key in `file`, which is made, readable to its owner only, when it is absent. Durable
 * before it is returned: what gets sealed under it must never outlive it.
 * @throws when the file holds anything but a master key
 */
export async function readOrCreateMasterKey(file: string): Promise<Buffer> {
  return (await readMasterKey(file)) ?? (await create(file)) ?? (await readWinner(file));
}

/**
 * Keeps the key in `file`, where there is none yet or the same.
 * @throws when another one is there
 */
export async function keepMasterKey(file: string, key: Uint8Array): Promise<void> {
  const kept = (await create(file, Buffer.from(key))) ?? (await readWinner(file));
  if (!kept.equals(key)) throw new Error(`${file} holds another master key`);
}

/** Keeps what is in `file` under another name as well. Repeated, it does nothing more. */
export async function keepAlso(file: string, name: string): Promise<void> {
  try {
    await link(file, name);
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error;
  }
  await syncDirectory(dirname(name));
}

/** Puts the key in `next` into the place of the one in `file`, at one stroke. */
export async function replaceMasterKey(file: string, next: string): Promise<void> {
  await rename(next, file);
  await syncDirectory(dirname(file));
}

/** @throws when the file holds anything but a master key */
export async function readMasterKey(file: string): Promise<Buffer | undefined> {
  try {
    return parseMasterKey(await readFile(file, "ascii"), `the master key in ${file}`);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** `undefined` when somebody else was faster. */
async function create(file: string, key = randomBytes(keyBytes)): Promise<Buffer | undefined> {
  // Written under another name first, so that a crash leaves no half of a key; a link, unlike a
  // rename, never replaces a key that is there.
  const draft = `${file}.${randomBytes(8).toString("hex")}`;
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(`${key.toString("base64")}\n`);
    await handle.sync();
    await link(draft, file);
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return undefined;
    throw error;
  } finally {
    await handle.close();
    await unlink(draft);
  }
  await syncDirectory(dirname(file));
  return key;
}

async function readWinner(file: string): Promise<Buffer> {
  const key = await readMasterKey(file);
  if (key === undefined) throw new Error(`the master key in ${file} disappeared`);
  await syncDirectory(dirname(file)); // The other may not have come to it yet.
  return key;
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
