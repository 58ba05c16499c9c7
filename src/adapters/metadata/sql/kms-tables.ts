/** The rows of KMS as they are stored: see `tables.ts`. */
import type { KmsKey, KmsKeyState, KmsVersionOrigin } from "../../../registry/kms/kms-key.ts";
import type { AccountId, Region } from "../../../registry/names.ts";
import type { RekeyPhase } from "../../../registry/rekeying/rekey.ts";
import type { Encryption } from "../../../registry/repositories/repository.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

interface OfKey extends OfRegistry {
  /** The key's id. */
  key: string;
}

export interface KmsKeyTable extends OfRegistry {
  id: string;
  state: KmsKeyState;
  manager: KmsKey["manager"];
  description: string;
  policy: string;
  /** A JSON array. */
  tags: string;
  created_at: number;
  deletion_at: number | null;
  version: number;
  rotation_days: number | null;
  rotation_at: number | null;
  rotations_on_demand: number;
}

export interface KmsKeyVersionTable extends OfKey {
  version: number;
  wrapped: Uint8Array;
  origin: KmsVersionOrigin;
  created_at: number;
}

export interface KmsAliasTable extends OfKey {
  name: string;
  created_at: number;
  updated_at: number;
}

export interface KmsGrantTable extends OfKey {
  id: string;
  name: string;
  grantee: string;
  retiring: string;
  /** A JSON array. */
  operations: string;
  /** A JSON object. */
  constraints: string;
  /** See `grantScope`. */
  scope: string;
  issuer: string;
  created_at: number;
}

export interface KmsUseTable extends OfKey {
  at: number;
  id: string;
  operation: string;
  principal: string;
  request_id: string;
  /** A JSON object. */
  context: string;
  error: string | null;
}

export interface KmsUseCountTable extends OfKey {
  month: string;
  operation: string;
  uses: number;
}

export interface RekeyTable extends OfRegistry {
  /** The repository's id. */
  repository: string;
  from_type: Encryption["type"];
  /** The ARN of the KMS key, as with the next one; null where the service's own key seals. */
  from_key: string | null;
  to_type: Encryption["type"];
  to_key: string | null;
  started_at: number;
  finished_at: number | null;
  phase: RekeyPhase;
  position: string;
  /** Null until they are counted. */
  objects: number | null;
  seen: number;
  rewrapped: number;
  copied: number;
  adopted: number;
  failure: string | null;
}

export interface KmsTables {
  rekey: RekeyTable;
  kms_key: KmsKeyTable;
  kms_key_version: KmsKeyVersionTable;
  kms_alias: KmsAliasTable;
  kms_grant: KmsGrantTable;
  kms_use: KmsUseTable;
  kms_use_count: KmsUseCountTable;
}
