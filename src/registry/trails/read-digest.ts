import type { TrailTarget } from "../../ports/trail-target.ts";
import type { Registry } from "../names.ts";
import { type DigestFile, signedText } from "./digest-file.ts";
import { gunzipped } from "./gzip-file.ts";
import { sha256 } from "./log-file.ts";
import { isSignedBy } from "./trail-keys.ts";
import { trailLimits } from "./trail-limits.ts";

/** Public keys, base64 of PKCS #1 in DER, by which digests about a registry are verified. */
export interface PublicKeys {
  find(registry: Registry, fingerprint: string): Promise<string | undefined>;
}

/** A digest that can be believed. */
export interface SoundDigest {
  readonly digest: DigestFile;
  readonly hash: string;
  readonly signature: string;
}

/**
 * The digest of that name, whose signature is right; else a sentence that says what is wrong.
 * @param about the registry that its name tells
 */
export async function readDigest(
  target: Pick<TrailTarget, "read">,
  name: string,
  about: Registry,
  keys: PublicKeys,
): Promise<SoundDigest | string> {
  const object = await target.read(name);
  if (object === undefined) return "the digest is missing";
  const content = await gunzipped(object.content, trailLimits.objectBytes);
  const digest = content === undefined ? undefined : parseDigest(content);
  if (content === undefined || digest === undefined) return "the digest is damaged";
  if (digest.digestS3Object !== name) {
    return `the digest is another one: that of ${digest.digestS3Object}`;
  }
  const { signature } = object;
  if (signature === undefined) return "the digest has no signature";
  const { digestPublicKeyFingerprint: fingerprint } = digest;
  const key = await keys.find(about, fingerprint);
  if (key === undefined) return `the digest is signed with a key that is not known: ${fingerprint}`;
  if (!isSignedBy(key, signedText(digest, content), signature)) {
    return "the digest does not have the signature that it was written with: one of them was changed";
  }
  return { digest, hash: sha256(content), signature };
}

function parseDigest(content: Uint8Array): DigestFile | undefined {
  try {
    const value = JSON.parse(Buffer.from(content).toString("utf8")) as DigestFile | null;
    const isDigest =
      typeof value?.digestS3Object === "string" &&
      typeof value.digestPublicKeyFingerprint === "string" &&
      Array.isArray(value.logFiles);
    return isDigest ? value : undefined;
  } catch {
    return undefined; // Whoever asks says that it is damaged.
  }
}
