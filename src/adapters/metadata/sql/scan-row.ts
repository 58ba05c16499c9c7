/** A scan, as a row and as a value. */
import type { ScanKey } from "../../../ports/scan-store.ts";
import type { AccountId, Digest, Region } from "../../../registry/names.ts";
import type { ImageScan, SeverityCounts } from "../../../registry/scanning/image-scan.ts";
import type { ScanType } from "../../../registry/scanning/scan-type.ts";
import { worstRank } from "../../../registry/scanning/severity/severity-rank.ts";
import { type RepositoryKey, registryKey, repositoryKey } from "./keys.ts";
import type { ImageScanTable } from "./scan-tables.ts";
import type { Fields } from "./statement.ts";

export const beforeAll: ScanKey = {
  repository: { registry: { account: "" as AccountId, region: "" as Region }, id: "" },
  digest: "" as Digest,
  type: "" as ScanType,
};

export type ImageKey = RepositoryKey & { readonly digest: Digest };
export type TypedKey = ImageKey & { readonly type: ScanType };

export function scanKey({ repository, digest, type }: ScanKey): TypedKey {
  return { ...repositoryKey(repository), digest, type };
}

export type ScanRow = Omit<ImageScanTable, "findings" | "findings_bytes">;

export function toScan(row: Omit<ScanRow, "worst">): ImageScan {
  return {
    repository: { registry: registryKey(row), id: row.repository },
    digest: row.digest,
    type: row.type,
    status: row.status,
    description: row.description ?? undefined,
    requestedAt: row.requested_at,
    endedAt: row.ended_at ?? undefined,
    sourceUpdatedAt: row.source_updated_at ?? undefined,
    advisories: row.advisories ?? undefined,
    counts: JSON.parse(row.counts) as SeverityCounts,
  };
}

export function toRow(scan: ImageScan): Fields<ScanRow> {
  return {
    ...scanKey(scan),
    status: scan.status,
    description: scan.description ?? null,
    requested_at: scan.requestedAt,
    ended_at: scan.endedAt ?? null,
    source_updated_at: scan.sourceUpdatedAt ?? null,
    advisories: scan.advisories ?? null,
    counts: JSON.stringify(scan.counts),
    worst: worstRank(scan.counts),
  };
}

/** Without what was found, which may be large. */
export const scanColumns = [
  ...(["account", "region", "repository", "digest", "type", "status", "description"] as const),
  ...(["requested_at", "ended_at", "source_updated_at", "advisories", "counts"] as const),
];
