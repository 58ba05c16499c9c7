import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";

/** Nothing else that such a key signs can be taken for a bundle's list. */
const context = "entrepot-bundle/1\0";
const shownDigits = 16;

export interface BundleSignature {
  /** Of the public key. */
  readonly keyId: string;
  readonly signature: Buffer;
}

/**
 * Makes a key to sign bundles with, and beside it, as `<file>.pub`, what others need to know it by. Neither is
 * written over.
 */
export async function makeBundleKey(file: string): Promise<{ keyId: string; publicFile: string }> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const publicFile = `${file}.pub`;
  const text = privateKey.export({ type: "pkcs8", format: "pem" });
  await writeFile(file, text, { mode: 0o600, flag: "wx", flush: true });
  const shared = publicKey.export({ type: "spki", format: "pem" });
  await writeFile(publicFile, shared, { flag: "wx", flush: true });
  return { keyId: keyIdOf(publicKey), publicFile };
}

/** @throws TakeoverFailure for a file without such a key */
export async function readSigningKey(file: string): Promise<KeyObject> {
  return ofEd25519(file, createPrivateKey);
}

/** @throws TakeoverFailure for a file without such a key */
export async function readTrustedKey(file: string): Promise<KeyObject> {
  return ofEd25519(file, createPublicKey);
}

export function signBundle(key: KeyObject, document: Uint8Array): BundleSignature {
  const signature = sign(null, messageOf(document), key);
  return { keyId: keyIdOf(createPublicKey(key)), signature };
}

/** @throws TakeoverFailure unless one of the keys has signed exactly this */
export function requireSignature(
  keys: readonly KeyObject[],
  document: Uint8Array,
  { keyId, signature }: BundleSignature,
): void {
  const key = keys.find((each) => keyIdOf(each) === keyId);
  if (key === undefined) {
    const known = keys.length === 0 ? "; name its public key with --trust" : "";
    const sentence = `The bundle is signed by the key ${keyId}, which is not trusted${known}`;
    throw new TakeoverFailure("refused", sentence);
  }
  if (verify(null, messageOf(document), key, signature)) return;
  throw new TakeoverFailure("refused", "The bundle's signature is wrong: its list was changed");
}

function messageOf(document: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(context), document]);
}

function keyIdOf(key: KeyObject): string {
  const bytes = key.export({ type: "spki", format: "der" });
  return createHash("sha256").update(bytes).digest("hex").slice(0, shownDigits);
}

async function ofEd25519(file: string, read: (text: string) => KeyObject): Promise<KeyObject> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new TakeoverFailure("refused", `${file} can not be read: ${error.message}`);
  });
  try {
    const key = read(text);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Said below; what OpenSSL says may hold parts of the file.
  }
  throw new TakeoverFailure("refused", `${file} has no such key; entrepot export --make-key`);
}
