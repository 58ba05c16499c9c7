/** The rows of what is known about costs, as they are stored: see `tables.ts`. */
import type { SavingKind } from "../../../registry/cost/cost-saving.ts";
import type { AccountId, Region, RepositoryName } from "../../../registry/names.ts";

interface OfRepository {
  account: AccountId;
  region: Region;
  /** The repository's id. */
  repository: string;
}

export interface CostAssessmentTable extends OfRepository {
  name: RepositoryName;
  at: number;
  size_bytes: number;
  own_bytes: number;
  expiring_bytes: number;
  expiring_until: number;
}

export interface CostSavingTable extends OfRepository {
  kind: SavingKind;
  name: RepositoryName;
  items: number;
  bytes: number;
  affected_bytes: number;
  /** A JSON object. */
  detail: string | null;
  found_at: number;
}

export interface CostTables {
  cost_assessment: CostAssessmentTable;
  cost_saving: CostSavingTable;
}
