import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { copiedTable, type RowStore } from "../../src/ports/row-copy.ts";
import type { Digest } from "../../src/registry/names.ts";
import type { RepositoryRef } from "../../src/registry/repositories/repository.ts";

function rowsOf(metadata: MetadataStore): RowStore {
  return (metadata as MetadataStore & { readonly rows: RowStore }).rows;
}

/** Puts an image into a state and does nothing else: for tests of what only looks at states. */
export function setImageState(
  metadata: MetadataStore,
  { registry: { account, region }, id: repository }: RepositoryRef,
  digest: Digest,
  state: "ACTIVE" | "ARCHIVED" | "ACTIVATING" | "TRASHED",
): Promise<void> {
  const row = { account, region, repository, digest, state };
  return rowsOf(metadata).change([{ kind: "update", table: copiedTable("image"), row }]);
}

/** Puts a repository into the trash, and does nothing else. */
export function trashRepository(
  metadata: MetadataStore,
  { registry: { account, region }, id: repository }: RepositoryRef,
): Promise<void> {
  const times = { deleted_by: "", deleted_at: 1, expires_at: 2 };
  const row = { account, region, repository, name: "was", ...times };
  const table = copiedTable("trashed_repository");
  return rowsOf(metadata).change([{ kind: "insert", table, row }]);
}
