/** What writes images and their references. */
import type { Image, ImageReference } from "../../../registry/images/image.ts";
import type { Digest, ObjectId } from "../../../registry/names.ts";
import { ofRegistry, ofRepository, type RepositoryKey } from "./keys.ts";
import { statement } from "./statement.ts";
import type { ImageTable } from "./tables.ts";

export type ImageKey = RepositoryKey & { readonly digest: Digest };

export const insertImage = statement(
  (
    { builder },
    row: ImageKey & {
      mediaType: string;
      artifactType: string | null;
      configMediaType: string | null;
      manifestBytes: number;
      sizeBytes: number;
      subject: Digest | null;
      pushedAt: number;
      pulledAt: number | null;
      state: Image["state"];
      object: ObjectId;
      archivedAt: number | null;
      activatedAt: number | null;
      aliveAt: number | null;
      hold: Image["hold"] | null;
      pushers: string | null;
    },
  ) =>
    builder.insertInto("image").values({
      ...ofRepository(row),
      digest: row.digest,
      media_type: row.mediaType,
      artifact_type: row.artifactType,
      config_media_type: row.configMediaType,
      manifest_bytes: row.manifestBytes,
      size_bytes: row.sizeBytes,
      subject: row.subject,
      pushed_at: row.pushedAt,
      pulled_at: row.pulledAt,
      state: row.state,
      object: row.object,
      archived_at: row.archivedAt,
      activated_at: row.activatedAt,
      alive_at: row.aliveAt,
      hold: row.hold,
      pushers: row.pushers,
      tag_count: 0,
      worst_basic: 0,
      worst_enhanced: 0,
    }),
);

export const insertReference = statement(
  (
    { builder },
    row: RepositoryKey & {
      image: Digest;
      position: number;
      kind: ImageReference["kind"];
      digest: Digest;
      mediaType: string;
      sizeBytes: number;
    },
  ) =>
    builder.insertInto("manifest_reference").values({
      ...ofRepository(row),
      image: row.image,
      position: row.position,
      kind: row.kind,
      digest: row.digest,
      media_type: row.mediaType,
      size_bytes: row.sizeBytes,
    }),
);

/** Says of the repository when something was pushed to it last. */
export const notePush = statement(({ builder }, to: RepositoryKey & { pushedAt: number }) =>
  builder
    .updateTable("repository")
    .set({ last_pushed_at: to.pushedAt })
    .where((row) => row.and({ ...ofRegistry(to), id: to.repository }))
    .where((row) =>
      row.or([row("last_pushed_at", "is", null), row("last_pushed_at", "<", to.pushedAt)]),
    ),
);

export const removeReferences = statement(({ builder }, key: ImageKey) =>
  builder
    .deleteFrom("manifest_reference")
    .where((row) => row.and({ ...ofRepository(key), image: key.digest })),
);

export const removeImage = statement(({ builder }, key: ImageKey) =>
  builder.deleteFrom("image").where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

export const setPulledAt = statement(({ builder }, key: ImageKey & { at: number }) =>
  builder
    .updateTable("image")
    .set({ pulled_at: key.at })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest }))
    .where((row) => row.or([row("pulled_at", "is", null), row("pulled_at", "<", key.at)])),
);

export const setAliveAt = statement(({ builder }, key: ImageKey & { at: number }) =>
  builder
    .updateTable("image")
    .set({ alive_at: key.at })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

export const relinkImage = statement(({ builder }, key: ImageKey & { object: ObjectId }) =>
  builder
    .updateTable("image")
    .set({ object: key.object })
    .where((row) => row.and({ ...ofRepository(key), digest: key.digest })),
);

/** What an image's state is, and since when. */
export const setState = statement(
  (
    { builder },
    to: ImageKey & {
      state: ImageTable["state"];
      archivedAt: number | null;
      activatedAt: number | null;
    },
  ) =>
    builder
      .updateTable("image")
      .set({ state: to.state, archived_at: to.archivedAt, activated_at: to.activatedAt })
      .where((row) => row.and({ ...ofRepository(to), digest: to.digest })),
);
