import { createPrivateKey, type KeyObject } from "node:crypto";
import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { endExtensions, signCertificate } from "../encryption/certificate.ts";
import { RegistryError } from "../errors.ts";
import { freshBytes } from "../fresh-bytes.ts";
import type { Registry } from "../names.ts";
import { openOwn, sealOwn } from "../secrets/sealed-value.ts";
import type { ProfileRef, SignatureValidity, SigningProfile } from "./signing.ts";
import { profileArn } from "./signing.ts";
import {
  authorityName,
  commonParts,
  newKey,
  privatePem,
  signingKeys,
} from "./signing-authority.ts";
import { signingLimits } from "./signing-limits.ts";

export interface NewProfile {
  readonly registry: Registry;
  readonly name: string;
  readonly validity: SignatureValidity;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A profile with a key of its own. Under the name of one that was canceled it is another one: the
 * earlier key is gone, and what it signed stays good.
 * Source: AWS Signer, PutSigningProfile.
 * @throws Validation where an active one has the name, and where there are too many
 */
export async function putProfile(ports: Ports, wanted: NewProfile): Promise<SigningProfile> {
  const { registry, name } = wanted;
  const now = ports.clock.now();
  const key = newKey("P-384");
  const { certificate: authority, keys } = await signingKeys(ports, registry);
  const own = signCertificate({
    subject: { name: [...commonParts(registry), ["commonName", name]], key },
    issuer: { name: authorityName(registry), key: keys.authority },
    ...{ hash: "sha384", extensions: endExtensions(codeSigning) },
    notBefore: now - signingLimits.clockSkewMs,
    notAfter: now + signingLimits.certificateMs,
  });
  const profile: SigningProfile = {
    ...{ ...wanted, version: newVersion(), status: "Active", certificates: [own, authority] },
    ...{ createdAt: now, endedAt: undefined },
    key: await sealOwn(ports, registry, profileArn(wanted), privatePem(key)),
  };
  await ports.metadata.transaction(async (change) => {
    await change.repositories.lockCount(registry);
    const before = await change.signings.findProfile(registry, name);
    if (before?.status === "Active") {
      throw new RegistryError("Validation", `A signing profile named ${name} already exists.`);
    }
    const all = await change.signings.listProfiles(registry, { limit: signingLimits.profiles });
    if (before === undefined && all.length >= signingLimits.profiles) {
      const most = `A registry can have at most ${signingLimits.profiles} signing profiles.`;
      throw new RegistryError("Validation", most);
    }
    await change.signings.putProfile(profile);
  });
  return profile;
}

const codeSigning = "1.3.6.1.5.5.7.3.3";
const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Its letters are not even, which no one needs of a name. */
function newVersion(): string {
  return Array.from(freshBytes(10), (byte) => characters[byte % characters.length]).join("");
}

/** @throws ResourceNotFound */
export async function findProfile(
  { metadata }: { readonly metadata: Pick<MetadataReads, "signings"> },
  { registry, name }: ProfileRef,
): Promise<SigningProfile> {
  const profile = await metadata.signings.findProfile(registry, name);
  if (profile === undefined) {
    throw new RegistryError("ResourceNotFound", `The signing profile ${name} does not exist.`);
  }
  return profile;
}

/**
 * Nothing is signed with it any more; what it signed stays good. Again is as good as once.
 * Source: AWS Signer, CancelSigningProfile.
 * @throws ResourceNotFound
 */
export async function cancelProfile(
  ports: Pick<Ports, "metadata" | "clock">,
  { registry, name }: ProfileRef,
): Promise<void> {
  const now = ports.clock.now();
  await ports.metadata.transaction(async (change) => {
    await change.repositories.lockCount(registry);
    const profile = await findProfile({ metadata: change }, { registry, name });
    if (profile.status !== "Active") return;
    await change.signings.putProfile({ ...profile, status: "Canceled", endedAt: now });
  });
}

/**
 * Has the profile other tags, whether it still signs or not. Source: AWS Signer, TagResource.
 * @throws NotFound; BadRequest for too many
 */
export async function tagProfile(
  ports: Pick<Ports, "metadata">,
  { registry, name }: ProfileRef,
  tagged: (tags: SigningProfile["tags"]) => SigningProfile["tags"],
): Promise<void> {
  await ports.metadata.transaction(async (change) => {
    await change.repositories.lockCount(registry);
    const profile = await findTagged({ metadata: change }, { registry, name });
    const tags = tagged(profile.tags);
    if (Object.keys(tags).length > signingLimits.tags) {
      throw new RegistryError(
        "BadRequest",
        `A profile can have at most ${signingLimits.tags} tags.`,
      );
    }
    await change.signings.putProfile({ ...profile, tags });
  });
}

/**
 * The profile, for whom its tags concern: operations on tags have a word of their own for what is not
 * there. Source: Signer API model.
 * @throws NotFound
 */
export async function findTagged(
  { metadata }: { readonly metadata: Pick<MetadataReads, "signings"> },
  { registry, name }: ProfileRef,
): Promise<SigningProfile> {
  const profile = await metadata.signings.findProfile(registry, name);
  if (profile !== undefined) return profile;
  throw new RegistryError("NotFound", `The signing profile ${name} does not exist.`);
}

/** Its private key. */
export async function profileKey(
  ports: Pick<Ports, "keys">,
  profile: SigningProfile,
): Promise<KeyObject> {
  const text = await openOwn(ports, profile.registry, profileArn(profile), profile.key);
  return createPrivateKey(text as string);
}

/** When a signature that is made now is good no longer. Months and years are those of the calendar. */
export function expiryOf({ value, type }: SignatureValidity, now: number): number {
  const end = new Date(now);
  if (type === "DAYS") end.setUTCDate(end.getUTCDate() + value);
  if (type === "MONTHS") end.setUTCMonth(end.getUTCMonth() + value);
  if (type === "YEARS") end.setUTCFullYear(end.getUTCFullYear() + value);
  return end.getTime();
}

/** Whether it is at most 135 months. Source: AWS Signer, "Signature validity period". */
export function isAllowedValidity({ value, type }: SignatureValidity): boolean {
  const most = { DAYS: 4_109, MONTHS: 135, YEARS: 11 }[type];
  return Number.isSafeInteger(value) && value >= 1 && value <= most;
}
