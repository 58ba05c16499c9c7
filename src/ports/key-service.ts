import type { KmsKeyRef } from "../registry/kms/kms-key.ts";
import type { ObjectId, Registry } from "../registry/names.ts";

/** What a data key is bound to: a wrapped key opens only with the context that it was made with. */
export interface KeyContext {
  readonly registry: Registry;
  readonly object: ObjectId;
}

/** A fresh data key and its wrapped form. The plain form is never stored. */
export interface DataKey {
  /** 32 bytes. */
  readonly plain: Uint8Array;
  readonly wrapped: Uint8Array;
}

/** One version of a KMS key. */
export interface KeyVersionRef {
  readonly key: KmsKeyRef;
  readonly version: number;
}

/**
 * What KMS keys are made of. It leaves for nobody; whether somebody may use it was decided before.
 * What a destroyed version sealed stays shut: within `limits.dataKeyCacheMs` on every replica.
 */
export interface KeyMaterial {
  /** 256 new bits for that version, wrapped below the master key: to be stored with it. */
  create(version: KeyVersionRef): Uint8Array;
  /**
   * The plaintext sealed, and bound to `context`.
   * @throws RegistryError Kms when there is no such version (any more)
   */
  seal(version: KeyVersionRef, plaintext: Uint8Array, context: Uint8Array): Promise<Uint8Array>;
  /**
   * What was sealed by that version in that context; `undefined` for any other bytes.
   * @throws RegistryError Kms when there is no such version (any more)
   */
  open(
    version: KeyVersionRef,
    sealed: Uint8Array,
    context: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}

/** What an operator may know of the master key. */
export interface MasterKeyFacts {
  /** The data directory's own file, a setting, or AWS KMS. */
  readonly from: "data directory" | "setting" | "aws-kms";
  /** What the key is called; it tells nothing of the key. */
  readonly id: string;
  /** How far a rotation has come that is not finished. */
  readonly rotation?: "prepared" | "rewrapping";
}

/** Makes, wraps and opens the keys under which everything is sealed. */
export interface KeyService {
  readonly material: KeyMaterial;
  /** A fresh 256-bit data key, wrapped by the registry's service key. */
  createDataKey(context: KeyContext): Promise<DataKey>;
  /** A data key that is there already, wrapped by the registry's service key. */
  wrapDataKey(plain: Uint8Array, context: KeyContext): Promise<Uint8Array>;
  /**
   * The plain data key.
   * @throws RegistryError Kms when the wrapped form is damaged or made for another context
   */
  openDataKey(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array>;
  /**
   * 32 bytes that only this deployment knows, the same on every replica, one for each purpose. A
   * rotation of the master key makes others: what is sealed with one is opened with any of the next.
   */
  secret(purpose: string): Uint8Array;
  /** What may have sealed what comes back from outside; not what is refused since a leak. */
  secrets(purpose: string): readonly Uint8Array[];
  /** What may have sealed what the deployment itself has kept. */
  keptSecrets(purpose: string): readonly Uint8Array[];
  readonly masterKey: MasterKeyFacts;
}
