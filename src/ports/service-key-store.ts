/** Keys between the master key and data keys, as a narrow table of the MetadataStore: the same promises. */
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

/** A registry's own key, wrapped below the master key. */
export interface ServiceKey {
  readonly registry: Registry;
  readonly version: number;
  readonly wrapped: Uint8Array;
  readonly createdAt: number;
}

export interface ServiceKeyReads {
  find(registry: Registry, version: number): Promise<ServiceKey | undefined>;
  newest(registry: Registry): Promise<ServiceKey | undefined>;
  /** Of every registry, for whoever wraps them anew; by (account, region, version). */
  listAll(page: PageRequest<Pick<ServiceKey, "registry" | "version">>): Promise<ServiceKey[]>;
}

export interface ServiceKeyWrites {
  /** False when that version exists already. */
  insertIfAbsent(key: ServiceKey): Promise<boolean>;
  /** Wraps it anew; false when it is wrapped otherwise by now than `key` is. */
  rewrap(key: ServiceKey, wrapped: Uint8Array): Promise<boolean>;
}
