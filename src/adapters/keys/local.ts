import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type {
  DataKey,
  KeyContext,
  KeyMaterial,
  KeyService,
  MasterKeyFacts,
} from "../../ports/key-service.ts";
import type {
  ServiceKey,
  ServiceKeyReads,
  ServiceKeyWrites,
} from "../../ports/service-key-store.ts";
import type { CacheUse } from "../../registry/bounded-cache.ts";
import { BoundedCache } from "../../registry/bounded-cache.ts";
import { invariant, RegistryError } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";
import type { Registry } from "../../registry/names.ts";
import { DataKeyCache } from "./data-key-cache.ts";
import { type Binding, Keyring } from "./keyring.ts";
import { KmsMaterial, type KmsVersionReads } from "./kms-material.ts";
import { keyBytes, keyContext, openKey, sealedKeyBytes, sealKey } from "./sealed-key.ts";

/** The part of a MetadataStore that keeps keys. */
export interface KeyStore extends KmsVersionReads {
  readonly serviceKeys: NewestKeys;
  transaction<T>(
    work: (change: {
      readonly serviceKeys: NewestKeys & Pick<ServiceKeyWrites, "insertIfAbsent">;
    }) => Promise<T>,
  ): Promise<T>;
}

type NewestKeys = Pick<ServiceKeyReads, "find" | "newest">;

export type LocalKeyServiceOptions = {
  readonly metadata: KeyStore;
  readonly clock: Clock;
} & (
  | { readonly keyring: Keyring }
  /** 32 bytes, which are never rotated. */
  | { readonly masterKey: Uint8Array }
);

interface OpenServiceKey {
  readonly version: number;
  readonly key: KeyObject;
}

type ServiceKeyCache = BoundedCache<string, Promise<OpenServiceKey>>;

// A wrapped data key: format, then the service key's version.
const format = 1;
const dataKeyHeaderBytes = 5;

/**
 * Keys below a keyring that this process holds open: service key of the registry, data key of the
 * object, each wrapped by the one before.
 */
export class LocalKeyService implements KeyService {
  readonly material: KeyMaterial;
  readonly #keyring: Keyring;
  readonly #metadata: KeyStore;
  readonly #clock: Clock;
  readonly #dataKeys: DataKeyCache;
  readonly #newest: ServiceKeyCache = new BoundedCache(limits.serviceKeyCacheEntries, () => 1);
  readonly #versions: ServiceKeyCache = new BoundedCache(limits.serviceKeyCacheEntries, () => 1);

  /** Of the cache of opened data keys. */
  get dataKeyUse(): CacheUse {
    return this.#dataKeys;
  }

  constructor(options: LocalKeyServiceOptions) {
    const { metadata, clock } = options;
    this.#keyring = "keyring" in options ? options.keyring : Keyring.of(options.masterKey, clock);
    this.#metadata = metadata;
    this.#clock = clock;
    this.#dataKeys = new DataKeyCache(clock);
    this.material = new KmsMaterial(this.#keyring, metadata, clock);
    // A rotation may have brought newer ones.
    this.#keyring.onChange(() => this.#newest.clear());
  }

  get masterKey(): MasterKeyFacts {
    return this.#keyring.facts;
  }

  /**
   * Opens the registry's service key if it has one.
   * @throws when the master key is not the one that it was sealed with
   */
  async check(registry: Registry): Promise<void> {
    const stored = await this.#metadata.serviceKeys.newest(registry);
    if (stored !== undefined) await this.#openServiceKey(stored);
  }

  async createDataKey(context: KeyContext): Promise<DataKey> {
    const plain = randomBytes(keyBytes);
    const wrapped = await this.wrapDataKey(plain, context);
    this.#dataKeys.put(wrapped, context, plain); // Bytes to seal with it are on their way.
    return { plain, wrapped };
  }

  async wrapDataKey(plain: Uint8Array, context: KeyContext): Promise<Uint8Array> {
    const { version, key: wrapping } = await this.#newestServiceKey(context.registry);
    const header = Buffer.alloc(dataKeyHeaderBytes);
    header.writeUInt8(format, 0);
    header.writeUInt32BE(version, 1);
    const sealed = sealKey(wrapping, plain, dataKeyContext(context, version));
    return Buffer.concat([header, sealed]);
  }

  async openDataKey(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array> {
    const known = this.#dataKeys.find(wrapped, context);
    if (known !== undefined) return known;
    if (wrapped.byteLength !== dataKeyHeaderBytes + sealedKeyBytes || wrapped[0] !== format) {
      throw unopenable();
    }
    const { byteOffset, byteLength } = wrapped;
    const version = new DataView(wrapped.buffer, byteOffset, byteLength).getUint32(1);
    const { key: wrapping } = await this.#serviceKey(context.registry, version);
    const sealed = wrapped.subarray(dataKeyHeaderBytes);
    const plain = openKey(wrapping, sealed, dataKeyContext(context, version));
    if (plain === undefined) throw unopenable();
    this.#dataKeys.put(wrapped, context, plain);
    return plain;
  }

  secret(purpose: string): Uint8Array {
    return this.#keyring.secret(purpose);
  }

  secrets(purpose: string): readonly Uint8Array[] {
    return this.#keyring.secrets(purpose);
  }

  keptSecrets(purpose: string): readonly Uint8Array[] {
    return this.#keyring.keptSecrets(purpose);
  }

  #newestServiceKey(registry: Registry): Promise<OpenServiceKey> {
    return remembered(this.#newest, `${registry.account} ${registry.region}`, async () => {
      const stored = await this.#metadata.serviceKeys.newest(registry);
      return this.#openServiceKey(stored ?? (await this.#createServiceKey(registry)));
    });
  }

  #serviceKey(registry: Registry, version: number): Promise<OpenServiceKey> {
    const name = `${registry.account} ${registry.region} ${version}`;
    return remembered(this.#versions, name, async () => {
      const stored = await this.#metadata.serviceKeys.find(registry, version);
      if (stored === undefined) throw unopenable();
      return this.#openServiceKey(stored);
    });
  }

  /** The registry's first service key: this one, or that of whoever was faster. */
  #createServiceKey(registry: Registry): Promise<ServiceKey> {
    const version = 1;
    const wrapped = this.#keyring.wrap(
      randomBytes(keyBytes),
      serviceKeyBinding({ registry, version }),
    );
    const created = { registry, version, wrapped, createdAt: this.#clock.now() };
    return this.#metadata.transaction(async ({ serviceKeys }) => {
      if (await serviceKeys.insertIfAbsent(created)) return created;
      const winner = await serviceKeys.find(registry, version);
      invariant(winner !== undefined, "a service key that was in the way is there");
      return winner;
    });
  }

  async #openServiceKey({ registry, version, wrapped }: ServiceKey): Promise<OpenServiceKey> {
    const plain = await this.#keyring.unwrap(wrapped, serviceKeyBinding({ registry, version }));
    if (plain !== undefined) return { version, key: createSecretKey(plain) };
    throw new Error(
      "The master key is not the one that this data was sealed with " +
        `(service key ${version} of registry ${registry.account} in ${registry.region}).`,
    );
  }
}

/** What a wrapped service key is bound to. */
export function serviceKeyBinding({
  registry: { account, region },
  version,
}: Pick<ServiceKey, "registry" | "version">): Binding {
  return ["service key", account, region, version];
}

function dataKeyContext({ registry, object }: KeyContext, version: number): Buffer {
  return keyContext("data key", format, version, registry.account, registry.region, object);
}

/** Says nothing of which part was wrong. */
function unopenable(): RegistryError {
  return new RegistryError("Kms", "The data key of this object cannot be opened.");
}

/** What is being found or made already is not begun twice; what failed is begun again. */
function remembered(
  cache: ServiceKeyCache,
  name: string,
  find: () => Promise<OpenServiceKey>,
): Promise<OpenServiceKey> {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const found = find();
  cache.set(name, found);
  found.catch(() => cache.delete(name)); // The caller has the error: `found` itself is returned.
  return found;
}
