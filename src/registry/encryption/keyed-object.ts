import type { ObjectId, Registry } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";

/** For which repository an object is sealed or opened. */
export type KeyOwner = Pick<Repository, "registry" | "name" | "encryption">;

/** What of an object tells its key. */
export interface KeyedObject {
  readonly registry: Registry;
  readonly id: ObjectId;
  readonly wrappedKey: Uint8Array;
}
