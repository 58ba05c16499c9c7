import type { Layer } from "../../../registry/layers/layer.ts";
import type { Digest, ObjectId } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";

/** Named apart from the columns of other tables, so that joins can carry them. */
export const layerColumns = [
  "layer.digest as layer_digest",
  "layer.object as layer_object",
  "layer.size_bytes as layer_size_bytes",
  "layer.media_type",
  "layer.linked_at",
  "layer.leased_until",
] as const;

export interface LayerRow {
  layer_digest: Digest;
  layer_object: ObjectId;
  layer_size_bytes: number;
  media_type: string | null;
  linked_at: number;
  leased_until: number;
}

/** The columns after an outer join: all there or all null. */
export type OptionalLayerRow = { [Column in keyof LayerRow]: LayerRow[Column] | null };

export function hasLayer<Row extends OptionalLayerRow>(row: Row): row is Row & LayerRow {
  return row.layer_digest !== null;
}

export function toLayer(row: LayerRow, repository: RepositoryRef): Layer {
  return {
    repository,
    digest: row.layer_digest,
    object: row.layer_object,
    sizeBytes: row.layer_size_bytes,
    mediaType: row.media_type ?? undefined,
    linkedAt: row.linked_at,
    leasedUntil: row.leased_until,
  };
}
