/**
 * Accounts and who there is in them, as narrow tables of the MetadataStore: the same promises. What
 * belongs to an entity is removed by its own calls first; `remove` of an entity removes only its row.
 */
import type { Account, AccountRequest } from "../registry/identity/account.ts";
import type { EntityKind, EntityOf, EntityRef } from "../registry/identity/entity.ts";
import type {
  InlinePolicy,
  ManagedPolicy,
  PolicyVersion,
} from "../registry/identity/managed-policy.ts";
import type {
  KeyUse,
  OidcProvider,
  Session,
  SessionUse,
  StoredAccessKey,
} from "../registry/identity/stored-credential.ts";
import type { AccountId } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

export interface IdentityReads {
  readonly accounts: AccountReads;
  readonly entities: EntityReads;
  readonly policies: PolicyReads;
  readonly accessKeys: AccessKeyReads;
  readonly sessions: SessionReads;
  readonly oidcProviders: OidcProviderReads;
}

export interface IdentityChange {
  readonly accounts: AccountReads & AccountWrites;
  readonly entities: EntityReads & EntityWrites;
  readonly policies: PolicyReads & PolicyWrites;
  readonly accessKeys: AccessKeyReads & AccessKeyWrites;
  readonly sessions: SessionReads & SessionWrites;
  readonly oidcProviders: OidcProviderReads & OidcProviderWrites;
}

export interface AccountReads {
  find(id: AccountId): Promise<Account | undefined>;
  findByAlias(alias: string): Promise<Account | undefined>;
  findByEmail(email: string): Promise<Account | undefined>;
  /** By id. */
  list(page: PageRequest<AccountId>): Promise<Account[]>;
  count(): Promise<number>;
  findRequest(id: string): Promise<AccountRequest | undefined>;
  /** By id. */
  listRequests(page: PageRequest<string>): Promise<AccountRequest[]>;
}

export interface AccountWrites {
  /** False when the id or the email is taken. */
  insertIfAbsent(account: Account): Promise<boolean>;
  /** Like `find`, and nobody else changes the row, or adds entities, until this transaction ends. */
  lock(id: AccountId): Promise<Account | undefined>;
  /** Overwrites what may change; false when another account has the alias. */
  replace(account: Account): Promise<boolean>;
  insertRequest(request: AccountRequest): Promise<void>;
}

export interface EntityReads {
  find<Kind extends EntityKind>(
    account: AccountId,
    kind: Kind,
    name: string,
  ): Promise<EntityOf<Kind> | undefined>;
  /** By the unique id, whichever account it is of. */
  findById(id: string): Promise<EntityOf<EntityKind> | undefined>;
  /** By name, without regard to case; only those whose path begins so. */
  list<Kind extends EntityKind>(
    account: AccountId,
    kind: Kind,
    page: PageRequest<string>,
    filter?: { readonly pathPrefix?: string | undefined },
  ): Promise<EntityOf<Kind>[]>;
  count(account: AccountId, kind: EntityKind): Promise<number>;
  /** By name; at most `limits.groupsPerUser`. */
  groupsOf(user: EntityRef): Promise<EntityOf<"group">[]>;
  /** By id, so that a page costs what it holds. */
  members(group: EntityRef, page: PageRequest<string>): Promise<EntityOf<"user">[]>;
}

export interface EntityWrites {
  /** False when the account has an entity of that kind and name, or anyone has that id. */
  insertIfAbsent(entity: EntityOf<EntityKind>): Promise<boolean>;
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock<Kind extends EntityKind>(
    account: AccountId,
    kind: Kind,
    name: string,
  ): Promise<EntityOf<Kind> | undefined>;
  /** Overwrites everything but kind, account and id; false when another has the new name. */
  replace(entity: EntityOf<EntityKind>): Promise<boolean>;
  remove(entity: EntityRef): Promise<void>;
  /** False when it is a member already. */
  addMember(group: EntityRef, user: EntityRef): Promise<boolean>;
  /** False when it was no member. */
  removeMember(group: EntityRef, user: EntityRef): Promise<boolean>;
  /** Moves the time of a role's last use forward; never back. */
  recordUse(role: EntityRef, at: number, region: string): Promise<void>;
}

/** An entity that has a managed policy, or is bounded by one. */
export interface Attachment {
  readonly kind: EntityKind;
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

export interface PolicyReads {
  find(account: AccountId, name: string): Promise<ManagedPolicy | undefined>;
  /** By name, without regard to case; only those whose path begins so. */
  list(
    account: AccountId,
    page: PageRequest<string>,
    filter?: { readonly pathPrefix?: string | undefined },
  ): Promise<ManagedPolicy[]>;
  count(account: AccountId): Promise<number>;
  /** The newest first; there are never many. */
  versions(policy: EntityRef): Promise<PolicyVersion[]>;
  version(policy: EntityRef, version: number): Promise<PolicyVersion | undefined>;
  /** How many versions all policies of the account have together. */
  countVersions(account: AccountId): Promise<number>;
  /** ARNs of managed policies on the entity, in order. */
  attached(entity: EntityRef): Promise<string[]>;
  /** Entities of the account that have the policy, by kind and id. */
  attachments(
    account: AccountId,
    arn: string,
    page: PageRequest<Pick<Attachment, "kind" | "id">>,
  ): Promise<Attachment[]>;
  attachmentCount(account: AccountId, arn: string): Promise<number>;
  /** Entities of the account that are bounded by the policy, by id. */
  bounded(account: AccountId, arn: string, page: PageRequest<string>): Promise<Attachment[]>;
  /** How many entities of the account are bounded by the policy. */
  boundaryCount(account: AccountId, arn: string): Promise<number>;
  /** By name. */
  inline(entity: EntityRef): Promise<InlinePolicy[]>;
}

export interface PolicyWrites {
  /** False when the account has a policy of that name. */
  insertIfAbsent(policy: ManagedPolicy): Promise<boolean>;
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(account: AccountId, name: string): Promise<ManagedPolicy | undefined>;
  /** Overwrites default version, number of versions, tags and the time of the update. */
  replace(policy: ManagedPolicy): Promise<void>;
  /** Removes the policy and its versions. */
  remove(policy: EntityRef): Promise<void>;
  insertVersion(policy: EntityRef, version: PolicyVersion): Promise<void>;
  removeVersion(policy: EntityRef, version: number): Promise<void>;
  /** False when it is attached already. */
  attach(entity: EntityRef & { readonly kind: EntityKind }, arn: string): Promise<boolean>;
  /** False when it was not attached. */
  detach(entity: EntityRef, arn: string): Promise<boolean>;
  putInline(entity: EntityRef, policy: InlinePolicy): Promise<void>;
  /** False when there was none of that name. */
  removeInline(entity: EntityRef, name: string): Promise<boolean>;
}

export interface AccessKeyReads {
  find(id: string): Promise<StoredAccessKey | undefined>;
  /** By id; there are never many. */
  of(owner: EntityRef): Promise<StoredAccessKey[]>;
  /** Every access key of every account, for whoever seals their secrets anew; by id. */
  listAll(page: PageRequest<string>): Promise<StoredAccessKey[]>;
}

export interface AccessKeyWrites {
  insert(key: StoredAccessKey): Promise<void>;
  setStatus(id: string, status: StoredAccessKey["status"]): Promise<void>;
  /** Moves the last use forward; never back. */
  recordUse(id: string, use: KeyUse): Promise<void>;
  /** The same secret, sealed anew. Does nothing where the key is no more. */
  reseal(id: string, sealedSecret: Uint8Array): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface SessionReads {
  find(accessKeyId: string): Promise<Session | undefined>;
  /** By access key id. */
  of(owner: EntityRef, kind: Session["kind"], page: PageRequest<string>): Promise<Session[]>;
  /** Every pull secret of an account, by access key id. */
  pullSecrets(account: AccountId, page: PageRequest<string>): Promise<Session[]>;
  pullSecretCount(account: AccountId): Promise<number>;
  /** Every session of every account, for whoever seals their secrets anew; by access key id. */
  listAll(page: PageRequest<string>): Promise<Session[]>;
}

export interface SessionWrites {
  insert(session: Session): Promise<void>;
  /** Moves the last use forward; never back. */
  recordUse(accessKeyId: string, use: SessionUse): Promise<void>;
  /** The same secret, sealed anew. Does nothing where the session is no more. */
  reseal(accessKeyId: string, sealedSecret: Uint8Array): Promise<void>;
  remove(accessKeyId: string): Promise<void>;
  /** Every session that acts as the owner. */
  removeOf(owner: EntityRef): Promise<void>;
  /** Removes sessions that had expired at `now`; resolves to how many. */
  removeExpired(now: number, limit: number): Promise<number>;
}

export interface OidcProviderReads {
  find(account: AccountId, url: string): Promise<OidcProvider | undefined>;
  /** By URL; at most `limits.oidcProvidersPerAccount`. */
  list(account: AccountId): Promise<OidcProvider[]>;
}

export interface OidcProviderWrites {
  /** False when the account has a provider of that URL. */
  insertIfAbsent(provider: OidcProvider): Promise<boolean>;
  /** Like `find`, and nobody else changes the row until this transaction ends. */
  lock(account: AccountId, url: string): Promise<OidcProvider | undefined>;
  replace(provider: OidcProvider): Promise<void>;
  remove(account: AccountId, url: string): Promise<void>;
}
