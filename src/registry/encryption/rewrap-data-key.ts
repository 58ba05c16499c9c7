import type { Ports } from "../../ports/ports.ts";
import { type KmsKeyRef, kmsKeyArn, parseKmsKeyArn } from "../kms/kms-key.ts";
import type { UsableKey } from "../kms/require-usable.ts";
import { useKey } from "./key-use.ts";
import type { KeyedObject, KeyOwner } from "./keyed-object.ts";
import type { ServiceOperation } from "./service-access.ts";
import {
  isUnderKms,
  layersUnder,
  parseKeyHeader,
  unwrapUnderKms,
  wrapUnderKms,
} from "./wrapped-key.ts";

/**
 * Puts data keys under the key that their repository has now: the bytes that they seal stay as they
 * are. For a moment's work: whether a key may be used is asked, and its use recorded, at the first
 * data key and not again.
 */
export class Rewrapping {
  readonly #ports: Ports;
  readonly #repository: KeyOwner;
  readonly #uses = new Map<string, Promise<UsableKey>>();

  constructor(ports: Ports, repository: KeyOwner) {
    this.#ports = ports;
    this.#repository = repository;
  }

  /** Whether the key can be put under the repository's: not where it seals another number of times. */
  canTake({ wrappedKey }: Pick<KeyedObject, "wrappedKey">): boolean {
    const layers = this.#repository.encryption.type === "KMS_DSSE" ? 2 : 1;
    return wrappedKey.length > 0 && layersUnder(wrappedKey) === layers;
  }

  /**
   * The object's key, wrapped anew; `canTake` has said yes.
   * @throws Kms when either key may not be used, or the old one does not open it
   */
  async wrap(object: KeyedObject): Promise<Uint8Array> {
    const { registry, encryption } = this.#repository;
    const { id } = object;
    const { plain, outer } = await this.#open(object);
    if (encryption.type === "AES256") {
      return this.#ports.keys.wrapDataKey(plain, { registry, object: id });
    }
    const key = parseKmsKeyArn(encryption.keyArn);
    const { version } = await this.#use(key, "GenerateDataKey");
    // An outer layer's key is below the registry's own, and stays as it is.
    return wrapUnderKms(this.#ports, { key, version }, { registry, id, plain }, outer);
  }

  /** The only key; the inner layer's where there are two, and the outer one's as it is wrapped. */
  async #open(object: KeyedObject): ReturnType<typeof unwrapUnderKms> {
    const { registry, id, wrappedKey } = object;
    if (!isUnderKms(wrappedKey)) {
      const { keys } = this.#ports;
      const plain = await keys.openDataKey(wrappedKey, { registry, object: id });
      return { plain, outer: undefined };
    }
    await this.#use(parseKeyHeader(wrappedKey, registry).key, "Decrypt");
    return unwrapUnderKms(this.#ports, object);
  }

  #use(key: KmsKeyRef, operation: ServiceOperation): Promise<UsableKey> {
    const name = `${operation} ${kmsKeyArn(key)}`;
    const known = this.#uses.get(name);
    if (known !== undefined) return known;
    const used = useKey(this.#ports, this.#repository, key, operation);
    this.#uses.set(name, used);
    return used;
  }
}
