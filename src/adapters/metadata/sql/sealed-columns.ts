import type { ObjectId } from "../../../registry/names.ts";
import type { SealedValue } from "../../../registry/secrets/secret.ts";

/** A sealed value as it stands in a row. */
interface SealedColumns {
  readonly object: ObjectId;
  readonly wrapped_key: Uint8Array;
  readonly size_bytes: number;
  readonly content: Uint8Array;
}

export function toSealed({ object, wrappedKey, sizeBytes, content }: SealedValue): SealedColumns {
  return { object, wrapped_key: wrappedKey, size_bytes: sizeBytes, content };
}

export function fromSealed(row: SealedColumns): SealedValue {
  const { object, wrapped_key: wrappedKey, size_bytes: sizeBytes, content } = row;
  return { object, wrappedKey, sizeBytes, content };
}
