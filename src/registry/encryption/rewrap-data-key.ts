import type { Ports } from "../../ports/ports.ts";
import { type KmsKeyRef, kmsKeyArn, parseKmsKeyArn } from "../kms/kms-key.ts";
import type { UsableKey } from "../kms/require-usable.ts";
import { layersUnder } from "./data-keys.ts";
import { useKey } from "./key-use.ts";
import type { KeyedObject, KeyOwner } from "./keyed-object.ts";
import type { ServiceOperation } from "./service-access.ts";
import {
  dataKeyContext,
  keyHeader,
  keyHeaderBytes,
  parseKeyHeader,
  sealedKeyBytes,
  underBoth,
  underKms,
  unopenable,
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
    const plain = await this.#open(object);
    if (encryption.type === "AES256") {
      return this.#ports.keys.wrapDataKey(plain, { registry, object: object.id });
    }
    const key = parseKmsKeyArn(encryption.keyArn);
    const { version } = await this.#use(key, "GenerateDataKey");
    const context = dataKeyContext(registry, object.id);
    const sealed = await this.#ports.keys.material.seal({ key, version }, plain, context);
    if (encryption.type === "KMS")
      return Buffer.concat([keyHeader(underKms, key, version), sealed]);
    // The outer layer's key is below the registry's own, and stays as it is.
    const outer = object.wrappedKey.subarray(keyHeaderBytes + sealedKeyBytes);
    return Buffer.concat([keyHeader(underBoth, key, version), sealed, outer]);
  }

  /** The only key; the inner layer's where there are two. */
  async #open({ registry, id, wrappedKey }: KeyedObject): Promise<Uint8Array> {
    const { keys } = this.#ports;
    const format = wrappedKey[0];
    if (format !== underKms && format !== underBoth) {
      return keys.openDataKey(wrappedKey, { registry, object: id });
    }
    const { key, version } = parseKeyHeader(wrappedKey, registry);
    await this.#use(key, "Decrypt");
    const sealed = wrappedKey.subarray(keyHeaderBytes, keyHeaderBytes + sealedKeyBytes);
    const context = dataKeyContext(registry, id);
    const plain = await keys.material.open({ key, version }, sealed, context);
    if (plain === undefined) throw unopenable();
    return plain;
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
