import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  sign,
  verify,
} from "node:crypto";
import { promisify } from "node:util";
import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import type { Rewrapped } from "../identity/reseal-secrets.ts";
import { limits } from "../limits.ts";
import type { Registry } from "../names.ts";
import type { TrailKey } from "./trail.ts";
import { trailLimits } from "./trail-limits.ts";

const purpose = "trail-key";
const generate = promisify(generateKeyPair);
const fingerprintDigits = 32;

/** The key that signs digests about the registry now. The first digest makes one, and one each year does. */
export async function signingKey(
  ports: Pick<Ports, "metadata" | "keys" | "clock">,
  registry: Registry,
): Promise<TrailKey> {
  const now = ports.clock.now();
  const [newest] = await ports.metadata.trails.keys.list(registry, 1);
  if (newest !== undefined && now - newest.createdAt < trailLimits.keyLifeMs) return newest;
  const fresh = await newKey(ports, registry, now);
  await ports.metadata.transaction(({ trails }) => trails.keys.insertIfAbsent(fresh));
  return fresh;
}

async function newKey(
  { keys }: Pick<Ports, "keys">,
  registry: Registry,
  createdAt: number,
): Promise<TrailKey> {
  const pair = await generate("rsa", {
    modulusLength: trailLimits.keyBits,
    publicKeyEncoding: { type: "pkcs1", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  const publicKey = pair.publicKey.toString("base64");
  const fingerprint = fingerprintOf(publicKey);
  const privateKey = pair.privateKey.toString("base64");
  const sealedPrivateKey = sealToken(
    keys.secret(purpose),
    { privateKey },
    bound(registry, fingerprint),
  );
  return { registry, fingerprint, publicKey, sealedPrivateKey, createdAt };
}

/** How a public key is called: the first half of its SHA-256. */
export function fingerprintOf(publicKey: string): string {
  const der = Buffer.from(publicKey, "base64");
  return createHash("sha256").update(der).digest("hex").slice(0, fingerprintDigits);
}

function bound({ account, region }: Registry, fingerprint: string): string {
  return `${account} ${region} ${fingerprint}`;
}

/** In hexadecimal. @throws where it was sealed by another deployment */
export function signWith({ keys }: Pick<Ports, "keys">, key: TrailKey, text: string): string {
  const binding = bound(key.registry, key.fingerprint);
  const opened = openSealedToken(keys.keptSecrets(purpose), key.sealedPrivateKey, binding) as
    | { readonly privateKey: string }
    | undefined;
  if (opened === undefined) {
    throw new Error("a key of a trail was sealed with another master key");
  }
  const der = Buffer.from(opened.privateKey, "base64");
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return sign("RSA-SHA256", Buffer.from(text), privateKey).toString("hex");
}

/** Whether the signature is that of the key. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  if (!/^(?:[0-9a-f]{2}){1,1024}$/.test(signature)) return false;
  try {
    const der = Buffer.from(publicKey, "base64");
    const key = createPublicKey({ key: der, format: "der", type: "pkcs1" });
    return verify("RSA-SHA256", Buffer.from(text), key, Buffer.from(signature, "hex"));
  } catch {
    return false; // No key: nothing is signed by it.
  }
}

/** Seals what is private of all keys with what is in use now. Repeated, it does nothing more. */
export async function resealTrailKeys(ports: Pick<Ports, "metadata" | "keys">): Promise<Rewrapped> {
  let count = 0;
  const unopenable: string[] = [];
  let after: TrailKey | undefined;
  for (;;) {
    const page = await ports.metadata.trails.keys.listAll({ after, limit: limits.rewrapBatch });
    for (const key of page) {
      const binding = bound(key.registry, key.fingerprint);
      const open = (secrets: Uint8Array | readonly Uint8Array[]) =>
        openSealedToken(secrets, key.sealedPrivateKey, binding);
      if (open(ports.keys.secret(purpose)) !== undefined) continue;
      const opened = open(ports.keys.keptSecrets(purpose));
      if (opened === undefined) {
        unopenable.push(`the key ${key.fingerprint} that signs digests of trails`);
        continue;
      }
      const sealedPrivateKey = sealToken(ports.keys.secret(purpose), opened, binding);
      await ports.metadata.transaction(({ trails }) =>
        trails.keys.reseal({ ...key, sealedPrivateKey }),
      );
      count += 1;
    }
    if (page.length < limits.rewrapBatch) return { count, unopenable };
    after = page.at(-1);
  }
}
