import type { StoredObject } from "../../../registry/encryption/stored-object.ts";
import type { Digest, ObjectId, Registry } from "../../../registry/names.ts";

/** Named apart from the columns of other tables, so that joins can carry them. */
export const objectColumns = [
  "object.id as object_id",
  "object.domain",
  "object.digest as object_digest",
  "object.size_bytes as object_size_bytes",
  "object.sealed_bytes",
  "object.wrapped_key",
  "object.state as object_state",
  "object.placement",
  "object.place as object_place",
  "object.layout",
  "object.created_at as object_created_at",
] as const;

export interface ObjectRow {
  object_id: ObjectId;
  domain: string;
  object_digest: Digest;
  object_size_bytes: number;
  sealed_bytes: number;
  wrapped_key: Uint8Array;
  object_state: StoredObject["state"];
  placement: StoredObject["placement"];
  object_place: string;
  layout: string;
  object_created_at: number;
}

/** The columns after an outer join: all there or all null. */
export type OptionalObjectRow = { [Column in keyof ObjectRow]: ObjectRow[Column] | null };

export function hasObject<Row extends OptionalObjectRow>(row: Row): row is Row & ObjectRow {
  return row.object_id !== null;
}

export function toObject(row: ObjectRow, registry: Registry): StoredObject {
  return {
    id: row.object_id,
    registry,
    domain: row.domain,
    digest: row.object_digest,
    sizeBytes: row.object_size_bytes,
    sealedBytes: row.sealed_bytes,
    wrappedKey: row.wrapped_key,
    state: row.object_state,
    placement: row.placement,
    place: row.object_place,
    layout: row.layout,
    createdAt: row.object_created_at,
  };
}
