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

/** Makes, wraps and opens the keys under which everything is sealed. */
export interface KeyService {
  /** A fresh 256-bit data key, wrapped by the registry's service key. */
  createDataKey(context: KeyContext): Promise<DataKey>;
  /**
   * The plain data key.
   * @throws RegistryError Kms when the wrapped form is damaged or made for another context
   */
  openDataKey(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array>;
  /** 32 bytes that only this deployment knows, the same on every replica, one for each purpose. */
  secret(purpose: string): Uint8Array;
}
