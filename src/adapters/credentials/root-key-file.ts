import { randomBytes, randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

export interface RootKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The root's access key from a file in the AWS shared-credentials format, which is made, readable to
 * its owner only, when it is absent.
 * @throws when the file holds no access key
 */
export async function readOrCreateRootKey(file: string): Promise<RootKey & { created: boolean }> {
  const existing = await readRootKey(file);
  if (existing !== undefined) return { ...existing, created: false };
  const key = newRootKey();
  await writeRootKey(file, key);
  return { ...key, created: true };
}

export function newRootKey(): RootKey {
  return {
    accessKeyId: `AKIA${[...randomBytes(16)].map((byte) => base32[byte % 32]).join("")}`,
    secretAccessKey: randomBytes(30).toString("base64"),
  };
}

/** Writes the key in the AWS shared-credentials format, whole or not at all. */
export function writeRootKey(file: string, key: RootKey): Promise<void> {
  const { accessKeyId, secretAccessKey } = key;
  return writeWhole(
    file,
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
}

/**
 * Like `readOrCreateRootKey`, but makes nothing: `undefined` where there is no file.
 * @throws when the file holds no access key
 */
export async function readRootKey(file: string): Promise<RootKey | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const value = (name: string) =>
    new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*(\\S+)`, "m").exec(text)?.[1];
  const accessKeyId = value("aws_access_key_id");
  const secretAccessKey = value("aws_secret_access_key");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error(
      `${file} holds no aws_access_key_id and aws_secret_access_key: put them back, or delete the ` +
        "file to have new ones made.",
    );
  }
  return { accessKeyId, secretAccessKey };
}

/** All or nothing, also when the power fails: a key that was shown must be there at the next start. */
async function writeWhole(file: string, content: string): Promise<void> {
  const incoming = `${file}.${randomUUID()}`;
  try {
    const handle = await open(incoming, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(incoming, file);
    const directory = await open(dirname(file));
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } finally {
    await rm(incoming, { force: true });
  }
}
