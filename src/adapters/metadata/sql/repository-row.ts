import { sql } from "kysely";
import { invariant } from "../../../registry/errors.ts";
import type { Registry, RepositoryName } from "../../../registry/names.ts";
import type {
  Encryption,
  Repository,
  TagMutability,
  TagMutabilityMode,
} from "../../../registry/repositories/repository.ts";

/** Where the names begin that repositories in the trash have instead of their own. */
export const hiddenNames = sql.lit("~" as RepositoryName);

/** Named apart from the columns of other tables, so that joins can carry them. */
export const repositoryColumns = [
  "repository.id as repository_id",
  "repository.name as repository_name",
  "repository.created_at as repository_created_at",
  "repository.tag_mutability",
  "repository.exclusion_filters",
  "repository.scan_on_push",
  "repository.encryption_type",
  "repository.encryption_key",
  "repository.image_count as repository_image_count",
  "repository.size_bytes as repository_size_bytes",
  "repository.lifecycle_due_at",
  "repository.quotas as repository_quotas",
] as const;

interface RepositoryRow {
  repository_id: string;
  repository_name: RepositoryName;
  repository_created_at: number;
  tag_mutability: TagMutabilityMode;
  exclusion_filters: string;
  scan_on_push: number;
  encryption_type: Encryption["type"];
  encryption_key: string | null;
  repository_image_count: number;
  repository_size_bytes: number;
  lifecycle_due_at: number | null;
  repository_quotas: string | null;
}

const noFilters: readonly string[] = [];

export function toRepository(row: RepositoryRow, registry: Registry): Repository {
  const filters = row.exclusion_filters;
  return {
    registry,
    id: row.repository_id,
    name: row.repository_name,
    createdAt: row.repository_created_at,
    tagMutability: {
      mode: row.tag_mutability,
      exclusionFilters: filters === "[]" ? noFilters : (JSON.parse(filters) as string[]),
    },
    scanOnPush: row.scan_on_push === 1,
    encryption: toEncryption(row.encryption_type, row.encryption_key),
    imageCount: row.repository_image_count,
    sizeBytes: row.repository_size_bytes,
    lifecycleDueAt: row.lifecycle_due_at ?? undefined,
    quotaIds: quotaIdsOf(row.repository_quotas),
  };
}

const noQuotas: readonly string[] = [];

function quotaIdsOf(quotas: string | null): readonly string[] {
  return quotas === null ? noQuotas : (JSON.parse(quotas) as string[]);
}

/** Null where there are none. */
export function quotasColumn(quotaIds: readonly string[]): string | null {
  return quotaIds.length === 0 ? null : JSON.stringify(quotaIds);
}

export function toEncryption(type: Encryption["type"], keyArn: string | null): Encryption {
  if (type === "AES256") return serviceEncryption;
  invariant(keyArn !== null, "what a KMS key seals names it");
  return { type, keyArn };
}

const serviceEncryption: Encryption = { type: "AES256" };

export function mutabilityColumns({ mode, exclusionFilters }: TagMutability) {
  return { mode, filters: JSON.stringify(exclusionFilters) };
}

export function encryptionColumns(encryption: Encryption) {
  const encryptionKey = "keyArn" in encryption ? encryption.keyArn : null;
  return { encryption: encryption.type, encryptionKey };
}
