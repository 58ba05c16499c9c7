/** The rows of secrets and parameters, as they are stored: see `tables.ts`. */
import type { AccountId, ObjectId, Region } from "../../../registry/names.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

/** A value under a data key of its own, which is wrapped. */
interface Sealed {
  object: ObjectId;
  wrapped_key: Uint8Array;
  size_bytes: number;
  content: Uint8Array;
}

export interface SecretTable extends OfRegistry {
  name: string;
  suffix: string;
  /** JSON: all that is not secret and not below. */
  settings: string;
  policy: string | null;
  remove_at: number | null;
}

export interface SecretVersionTable extends OfRegistry, Sealed {
  name: string;
  suffix: string;
  version: string;
  created_at: number;
}

export interface ParameterTable extends OfRegistry {
  name: string;
  version: number;
  /** JSON. */
  settings: string;
}

export interface ParameterVersionTable extends OfRegistry, Sealed {
  name: string;
  version: number;
  /** JSON. */
  settings: string;
}

export interface SecretTables {
  secret: SecretTable;
  secret_version: SecretVersionTable;
  parameter: ParameterTable;
  parameter_version: ParameterVersionTable;
}
