/** The rows of what was used, as they are stored: see `tables.ts`. */
import type { AccountId, Region, RepositoryName } from "../../../registry/names.ts";
import type { UsageCounter, UsageLevel, UsagePeriod } from "../../../registry/usage/usage.ts";

interface OfScope {
  account: AccountId;
  region: Region;
  /** A repository's id; empty for the registry as a whole. */
  repository: string;
}

/** By column, what it counts. */
export const counterColumns = {
  pulls: "pulls",
  pushes: "pushes",
  manifest_reads: "manifestReads",
  manifest_writes: "manifestWrites",
  layer_reads: "layerReads",
  layer_writes: "layerWrites",
  lists: "lists",
  deletes: "deletes",
  other_requests: "otherRequests",
  sent_region_bytes: "sentRegionBytes",
  sent_other_region_bytes: "sentOtherRegionBytes",
  sent_internet_bytes: "sentInternetBytes",
  received_bytes: "receivedBytes",
  key_operations: "keyOperations",
} as const satisfies Record<string, UsageCounter>;

export type CounterColumn = keyof typeof counterColumns;
export type CounterRow = Record<CounterColumn, number>;

/** By column, what there is of it. */
export const levelColumns = {
  size_bytes: "sizeBytes",
  images: "images",
  archived_bytes: "archivedBytes",
  stored_bytes: "storedBytes",
  repositories: "repositories",
} as const satisfies Record<string, UsageLevel>;

export type LevelColumn = keyof typeof levelColumns;
export type LevelRow = Record<LevelColumn, number>;

export interface UsageCountTable extends OfScope, CounterRow {
  period: UsagePeriod;
  at: number;
}

export interface UsageCallTable {
  account: AccountId;
  region: Region;
  operation: string;
  period: UsagePeriod;
  at: number;
  calls: number;
}

export interface UsageLevelTable extends OfScope, LevelRow {
  at: number;
  /** Which hours are looked at for: a point of an hour becomes part of those of its day. */
  period: "hour" | "day";
}

export interface UsageRepositoryTable extends OfScope {
  name: RepositoryName;
  /** What was seen of it last. */
  size_bytes: number;
  images: number;
  archived_bytes: number;
  gone_at: number | null;
}

export interface ImageCensusTable extends Omit<OfScope, "repository"> {
  /** A day's begin. */
  at: number;
  /** JSON. */
  counts: string;
}

export interface UsageTables {
  image_census: ImageCensusTable;
  usage_count: UsageCountTable;
  usage_call: UsageCallTable;
  usage_level: UsageLevelTable;
  usage_repository: UsageRepositoryTable;
}

/** Reads what a row has in columns. PostgreSQL's sums may be absent where there were no rows. */
export function fromColumns<Column extends string, Name extends string>(
  columns: Readonly<Record<Column, Name>>,
  row: Readonly<Record<NoInfer<Column>, number | null>>,
): Record<Name, number> {
  const entries = Object.entries(columns) as [Column, Name][];
  return Object.fromEntries(
    entries.map(([column, name]) => [name, Number(row[column] ?? 0)]),
  ) as Record<Name, number>;
}

/** The other way about. */
export function toColumns<Column extends string, Name extends string>(
  columns: Readonly<Record<Column, Name>>,
  values: Readonly<Record<NoInfer<Name>, number>>,
): Record<Column, number> {
  const entries = Object.entries(columns) as [Column, Name][];
  return Object.fromEntries(entries.map(([column, name]) => [column, values[name]])) as Record<
    Column,
    number
  >;
}
