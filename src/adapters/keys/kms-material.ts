import { createHmac, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { KeyMaterial, KeyVersionRef } from "../../ports/key-service.ts";
import type { KmsReads } from "../../ports/kms-store.ts";
import { RegistryError } from "../../registry/errors.ts";
import { freshBytes } from "../../registry/fresh-bytes.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { limits } from "../../registry/limits.ts";
import { TimedCache } from "../../registry/timed-cache.ts";
import type { Binding, Keyring } from "./keyring.ts";
import { keyBytes, openBytes, sealBytes } from "./sealed-key.ts";

/** The part of a MetadataStore that keeps versions of KMS keys. */
export interface KmsVersionReads {
  readonly kms: { readonly keys: Pick<KmsReads["keys"], "version"> };
}

const format = 1;
const saltBytes = 16;

/**
 * Versions of KMS keys, wrapped by the keyring. Each use derives a key of its own from the version's
 * material and a random salt, so that no number of uses wears a version out. Sealed: format, salt,
 * then nonce, ciphertext and tag. Source of the derivation: NIST SP 800-108, counter mode, one round.
 */
export class KmsMaterial implements KeyMaterial {
  readonly #keyring: Keyring;
  readonly #metadata: KmsVersionReads;
  readonly #clock: Clock;
  readonly #versions = new TimedCache<KeyObject>(
    limits.serviceKeyCacheEntries,
    limits.dataKeyCacheMs,
  );

  constructor(keyring: Keyring, metadata: KmsVersionReads, clock: Clock) {
    this.#keyring = keyring;
    this.#metadata = metadata;
    this.#clock = clock;
  }

  create(version: KeyVersionRef): Uint8Array {
    return this.#keyring.wrap(randomBytes(keyBytes), versionBinding(version));
  }

  async seal(
    version: KeyVersionRef,
    plaintext: Uint8Array,
    context: Uint8Array,
  ): Promise<Uint8Array> {
    const material = await this.#open(version);
    const salt = freshBytes(saltBytes);
    const sealed = sealBytes(derivedKey(material, salt), plaintext, context);
    return Buffer.concat([Buffer.of(format), salt, sealed]);
  }

  async open(
    version: KeyVersionRef,
    sealed: Uint8Array,
    context: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const material = await this.#open(version);
    if (sealed.length < 1 + saltBytes || sealed[0] !== format) return undefined;
    const key = derivedKey(material, sealed.subarray(1, 1 + saltBytes));
    return openBytes(key, sealed.subarray(1 + saltBytes), context);
  }

  #open(version: KeyVersionRef): Promise<KeyObject> {
    const name = `${kmsKeyArn(version.key)} ${version.version}`;
    return this.#versions.get(this.#clock, name, () => this.#read(version));
  }

  async #read(version: KeyVersionRef): Promise<KeyObject> {
    const stored = await this.#metadata.kms.keys.version(version.key, version.version);
    if (stored === undefined) {
      const arn = kmsKeyArn(version.key);
      throw new RegistryError("Kms", `Key '${arn}' does not exist`, {
        kmsError: "NotFoundException",
      });
    }
    const material = await this.#keyring.unwrap(stored.wrapped, versionBinding(version));
    if (material !== undefined) return createSecretKey(material);
    throw new Error(
      "The master key is not the one that this data was sealed with " +
        `(version ${version.version} of ${kmsKeyArn(version.key)}).`,
    );
  }
}

function derivedKey(material: KeyObject, salt: Uint8Array): KeyObject {
  const round = Buffer.of(0, 0, 0, 1);
  const length = Buffer.of(0, 0, 1, 0);
  const mac = createHmac("sha256", material).update(round).update("entrepot kms use");
  return createSecretKey(mac.update(Buffer.of(0)).update(salt).update(length).digest());
}

/** What a wrapped version of a KMS key is bound to. */
export function versionBinding({ key, version }: KeyVersionRef): Binding {
  const { account, region } = key.registry;
  return ["kms key", account, region, key.id, version];
}
