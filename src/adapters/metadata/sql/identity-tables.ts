/** The rows of accounts and of who acts in them, as they are stored: see `tables.ts`. */
import type { Account, AccountRequest } from "../../../registry/identity/account.ts";
import type { EntityKind } from "../../../registry/identity/entity.ts";
import type { Session, StoredAccessKey } from "../../../registry/identity/stored-credential.ts";
import type { AccountId } from "../../../registry/names.ts";

export interface AccountTable {
  id: AccountId;
  name: string;
  email: string;
  email_key: string;
  status: Account["status"];
  joined_method: Account["joinedMethod"];
  created_at: number;
  alias: string | null;
  /** A JSON array. */
  tags: string;
}

export interface AccountRequestTable {
  id: string;
  account_name: string;
  state: AccountRequest["state"];
  failure_reason: AccountRequest["failureReason"] | null;
  account: AccountId | null;
  requested_at: number;
  completed_at: number;
}

/** Users, groups and roles. What a kind does not have is null, or empty or 0 where never null. */
export interface PrincipalTable {
  account: AccountId;
  kind: EntityKind;
  name_key: string;
  name: string;
  id: string;
  path: string;
  created_at: number;
  /** A JSON array. */
  tags: string;
  boundary: string | null;
  revoked_before: number | null;
  /** A JSON object. */
  login: string | null;
  trust_policy: string | null;
  description: string;
  max_session_seconds: number;
  used_at: number | null;
  used_region: string | null;
}

export interface GroupMemberTable {
  account: AccountId;
  user: string;
  /** The group. */
  member_of: string;
}

export interface PolicyTable {
  account: AccountId;
  name_key: string;
  name: string;
  id: string;
  path: string;
  description: string;
  default_version: number;
  versions_made: number;
  tags: string;
  created_at: number;
  updated_at: number;
}

export interface PolicyVersionTable {
  account: AccountId;
  policy: string;
  version: number;
  document: string;
  created_at: number;
}

export interface PolicyAttachmentTable {
  account: AccountId;
  principal: string;
  policy_arn: string;
  kind: EntityKind;
}

export interface InlinePolicyTable {
  account: AccountId;
  principal: string;
  name: string;
  document: string;
}

export interface AccessKeyTable {
  id: string;
  account: AccountId;
  owner: string;
  sealed_secret: Uint8Array;
  status: StoredAccessKey["status"];
  created_at: number;
  used_at: number | null;
  used_region: string | null;
  used_service: string | null;
}

export interface SessionTable {
  id: string;
  account: AccountId;
  owner: string;
  kind: Session["kind"];
  name: string;
  sealed_secret: Uint8Array;
  /** A JSON object. */
  claims: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  used_region: string | null;
}

export interface OidcProviderTable {
  account: AccountId;
  url: string;
  /** JSON arrays, as are the next two. */
  client_ids: string;
  thumbprints: string;
  tags: string;
  created_at: number;
  /** A JSON object: how people sign in to the console by it. */
  sign_on: string | null;
}

export interface IdentityTables {
  account: AccountTable;
  account_request: AccountRequestTable;
  principal: PrincipalTable;
  group_member: GroupMemberTable;
  policy: PolicyTable;
  policy_version: PolicyVersionTable;
  policy_attachment: PolicyAttachmentTable;
  inline_policy: InlinePolicyTable;
  access_key: AccessKeyTable;
  session: SessionTable;
  oidc_provider: OidcProviderTable;
}
