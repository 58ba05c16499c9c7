/**
 * What a registry signs with: an authority that certifies the keys of signing profiles, and a key for
 * statements. Both are made when they are first needed, and sealed as secrets are.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { authorityExtensions, signCertificate } from "../encryption/certificate.ts";
import type { ObjectId, Registry } from "../names.ts";
import { openOwn, sealOwn } from "../secrets/sealed-value.ts";
import { signingLimits } from "./signing-limits.ts";

/** What everybody may know of it. */
export interface SigningAuthority {
  /** PEM. Of an EC P-384 key; the root of what signing profiles sign. */
  readonly certificate: string;
  /** PEM. EC P-256, as cosign's keys are: statements are signed with its other half and SHA-256. */
  readonly publicKey: string;
}

export interface SigningKeys {
  readonly authority: KeyObject;
  readonly statements: KeyObject;
}

type SigningPorts = Pick<Ports, "metadata" | "keys" | "clock">;

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "signing authority";

/** As it is kept: bytes in base64. */
interface Kept extends SigningAuthority {
  readonly object: ObjectId;
  readonly wrappedKey: string;
  readonly sizeBytes: number;
  readonly content: string;
}

interface KeyTexts {
  readonly authority: string;
  readonly statements: string;
}

/** The registry's, made now if there is none. All who ask at once are told the same one. */
export async function signingAuthority(
  ports: SigningPorts,
  registry: Registry,
): Promise<SigningAuthority> {
  const { certificate, publicKey } = await keptAuthority(ports, registry);
  return { certificate, publicKey };
}

/** @throws Error when what is kept was not sealed for this registry */
export async function signingKeys(
  ports: SigningPorts,
  registry: Registry,
): Promise<SigningAuthority & { readonly keys: SigningKeys }> {
  const kept = await keptAuthority(ports, registry);
  const sealed = {
    ...{ object: kept.object, sizeBytes: kept.sizeBytes },
    wrappedKey: Buffer.from(kept.wrappedKey, "base64"),
    content: Buffer.from(kept.content, "base64"),
  };
  const texts = (await openOwn(ports, registry, settingName, sealed)) as KeyTexts;
  const keys = {
    authority: createPrivateKey(texts.authority),
    statements: createPrivateKey(texts.statements),
  };
  return { certificate: kept.certificate, publicKey: kept.publicKey, keys };
}

async function keptAuthority(ports: SigningPorts, registry: Registry): Promise<Kept> {
  const found = await ports.metadata.settings.find(registry, settingName);
  if (found !== undefined) return JSON.parse(found) as Kept;
  const made = await makeAuthority(ports, registry);
  return ports.metadata.transaction(async (change) => {
    // One is made after the other, and the first one stays.
    await change.repositories.lockCount(registry);
    const before = await change.settings.find(registry, settingName);
    if (before !== undefined) return JSON.parse(before) as Kept;
    await change.settings.put(registry, settingName, JSON.stringify(made));
    return made;
  });
}

async function makeAuthority(ports: SigningPorts, registry: Registry): Promise<Kept> {
  // A store that takes no writes says so before a key is made that it would keep.
  await ports.metadata.transaction((change) => change.repositories.lockCount(registry));
  const authority = newKey("P-384");
  const statements = newKey("P-256");
  const now = ports.clock.now();
  const party = { name: authorityName(registry), key: authority };
  const certificate = signCertificate({
    ...{ subject: party, issuer: party, hash: "sha384", extensions: authorityExtensions() },
    notBefore: now - signingLimits.clockSkewMs,
    notAfter: now + signingLimits.authorityMs,
  });
  const texts: KeyTexts = { authority: privatePem(authority), statements: privatePem(statements) };
  const { wrappedKey, content, ...sealed } = await sealOwn(ports, registry, settingName, texts);
  return {
    certificate,
    publicKey: publicPem(statements),
    ...sealed,
    wrappedKey: Buffer.from(wrappedKey).toString("base64"),
    content: Buffer.from(content).toString("base64"),
  };
}

export function authorityName(registry: Registry) {
  return [...commonParts(registry), ["commonName", "Entrepot signing authority"]] as const;
}

/** Country, state and organisation are what an identity in a trust policy of Notation must have. */
export function commonParts({ account, region }: Registry) {
  return [
    ["country", "ZZ"], // ISO 3166: unknown.
    ["state", region],
    ["organization", "Entrepot"],
    ["unit", account],
  ] as const;
}

export function newKey(namedCurve: "P-256" | "P-384"): KeyObject {
  return generateKeyPairSync("ec", { namedCurve }).privateKey;
}

export function privatePem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }) as string;
}

export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: "spki", format: "pem" }) as string;
}
