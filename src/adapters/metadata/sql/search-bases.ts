/** Queries for the image that another was built on. */
import { sql } from "kysely";
import type { Digest, Tag } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";
import { inTrash } from "./image-row.ts";
import { ofRepository, type RepositoryKey, repositoryKey } from "./keys.ts";
import { ListStatement } from "./list-statement.ts";
import type { SqlSession } from "./session.ts";
import { statement } from "./statement.ts";

export async function imagesEndingIn(
  session: SqlSession,
  repository: RepositoryRef,
  layer: Digest,
  lookedAt: number,
): Promise<Digest[]> {
  const rows = await session.all(endingIn, { ...repositoryKey(repository), layer, lookedAt });
  return rows.map(({ image }) => image);
}

export async function tagsOnceOf(
  session: SqlSession,
  repository: RepositoryRef,
  digests: readonly Digest[],
  limit: number,
): Promise<Tag[]> {
  const rows = await onceOf.all(session, { ...repositoryKey(repository), limit }, digests);
  return rows.map(({ tag }) => tag);
}

type LayerKey = RepositoryKey & { readonly layer: Digest; readonly lookedAt: number };

/** A layer that all images share is in many of them: it is the few that are looked at that count. */
const endingIn = statement(({ builder }, key: LayerKey) =>
  builder
    .selectFrom(
      builder
        .selectFrom("manifest_reference")
        .select(["image", "position"])
        .where((row) => row.and({ ...ofRepository(key), digest: key.layer, kind: "layer" }))
        .orderBy("image")
        .limit(key.lookedAt)
        .as("having"),
    )
    .innerJoin("image", (join) =>
      join
        .onRef("image.digest", "=", "having.image")
        .on("image.account", "=", key.account)
        .on("image.region", "=", key.region)
        .on("image.repository", "=", key.repository),
    )
    .select("having.image")
    .distinct()
    .where("image.state", "<>", inTrash)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("manifest_reference as above")
            .select("above.position")
            .where("above.account", "=", key.account)
            .where("above.region", "=", key.region)
            .where("above.repository", "=", key.repository)
            .whereRef("above.image", "=", "having.image")
            .whereRef("above.position", ">", "having.position")
            .where("above.kind", "=", "layer"),
        ),
      ),
    )
    .orderBy("having.image"),
);

type Limited = RepositoryKey & { readonly limit: number };

const onceOf = new ListStatement(({ builder }, key: Limited, digests) =>
  builder
    .selectFrom("tag_history")
    .select("tag")
    .distinct()
    .where((row) => row.and(ofRepository(key)))
    .where("digest", "in", digests as Digest[])
    // The index is of these alone.
    .where(sql<boolean>`digest is not null`)
    .orderBy("tag")
    .limit(key.limit),
);
