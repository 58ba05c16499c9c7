/** The rows of signing, as they are stored: see `tables.ts`. */
import type { AccountId, Digest, ObjectId, Region } from "../../../registry/names.ts";
import type { SigningStatus } from "../../../registry/signing/signing.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

/** The private key is under a data key of its own, which is wrapped. */
export interface SigningProfileTable extends OfRegistry {
  name: string;
  /** JSON: all that is not secret. */
  settings: string;
  object: ObjectId;
  wrapped_key: Uint8Array;
  size_bytes: number;
  content: Uint8Array;
}

export interface ImageSigningTable extends OfRegistry {
  repository: string;
  digest: Digest;
  profile_arn: string;
  status: SigningStatus;
  /** JSON. */
  settings: string;
}

export interface TrustedSignerTable extends OfRegistry {
  name: string;
  /** JSON: all but registry and name. */
  settings: string;
}

export interface SigningTables {
  signing_profile: SigningProfileTable;
  image_signing: ImageSigningTable;
  trusted_signer: TrustedSignerTable;
}
