/** The rows of what Inspector is told, as they are stored: see `tables.ts`. */
import type { FilterAction } from "../../../registry/inspector/finding-filter.ts";
import type { AccountId, Region } from "../../../registry/names.ts";

export interface FindingFilterTable {
  account: AccountId;
  region: Region;
  id: string;
  name: string;
  action: FilterAction;
  description: string | null;
  reason: string | null;
  /** JSON. */
  criteria: string;
  /** JSON. */
  tags: string;
  created_at: number;
  updated_at: number;
}

export interface SbomExportTable {
  account: AccountId;
  region: Region;
  id: string;
  /** JSON. */
  settings: string;
}

export interface InspectorTables {
  finding_filter: FindingFilterTable;
  sbom_export: SbomExportTable;
}
