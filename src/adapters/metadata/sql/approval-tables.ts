/** The rows of environments and approvals, as they are stored: see `tables.ts`. */
import type { RequestState } from "../../../registry/approvals/approval.ts";
import type { AccountId, Digest, Region } from "../../../registry/names.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

interface OfRepository extends OfRegistry {
  /** The repository's id. */
  repository: string;
}

export interface EnvironmentTable extends OfRegistry {
  name: string;
  /** JSON. */
  rule: string;
  created_at: number;
  updated_at: number;
}

export interface ApprovalRequestTable extends OfRepository {
  id: string;
  state: RequestState;
  /** JSON. */
  details: string;
}

export interface ImageApprovalTable extends OfRepository {
  digest: Digest;
  environment: string;
  /** JSON. */
  details: string;
}

export interface ApprovalTables {
  environment: EnvironmentTable;
  approval_request: ApprovalRequestTable;
  image_approval: ImageApprovalTable;
}
