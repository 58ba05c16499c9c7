import { sql } from "kysely";
import type { Image } from "../../../registry/images/image.ts";
import type { Digest, ObjectId } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";

/** A literal, so that it is part of a statement and of what a partial index is chosen by. */
export const inTrash = sql.lit("TRASHED" as const);

/** Named apart from the columns of other tables, so that joins can carry them. */
export const imageColumns = [
  "image.digest as image_digest",
  "image.media_type",
  "image.artifact_type",
  "image.config_media_type",
  "image.manifest_bytes",
  "image.size_bytes as image_size_bytes",
  "image.subject",
  "image.pushed_at",
  "image.pulled_at",
  "image.state as image_state",
  "image.object as image_object",
  "image.archived_at",
  "image.activated_at",
  "image.alive_at",
  "image.hold",
] as const;

export interface ImageRow {
  image_digest: Digest;
  media_type: string;
  artifact_type: string | null;
  config_media_type: string | null;
  manifest_bytes: number;
  image_size_bytes: number;
  subject: Digest | null;
  pushed_at: number;
  pulled_at: number | null;
  image_state: Image["state"] | "TRASHED";
  image_object: ObjectId;
  archived_at: number | null;
  activated_at: number | null;
  alive_at: number | null;
  hold: "PENDING" | "QUARANTINED" | null;
}

/** The columns after an outer join: all there or all null. */
export type OptionalImageRow = { [Column in keyof ImageRow]: ImageRow[Column] | null };

export function hasImage<Row extends OptionalImageRow>(row: Row): row is Row & ImageRow {
  return row.image_digest !== null;
}

export function toImage(row: ImageRow, repository: RepositoryRef): Image {
  return {
    repository,
    digest: row.image_digest,
    mediaType: row.media_type,
    artifactType: row.artifact_type ?? undefined,
    configMediaType: row.config_media_type ?? undefined,
    manifestBytes: row.manifest_bytes,
    sizeBytes: row.image_size_bytes,
    subject: row.subject ?? undefined,
    pushedAt: row.pushed_at,
    pulledAt: row.pulled_at ?? undefined,
    state: row.image_state as Image["state"],
    archivedAt: row.archived_at ?? undefined,
    activatedAt: row.activated_at ?? undefined,
    aliveAt: row.alive_at ?? undefined,
    object: row.image_object,
    hold: row.hold ?? undefined,
  };
}
