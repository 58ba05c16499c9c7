/** Rows of the identity tables to try stores with. */
import { randomUUID } from "node:crypto";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Account } from "../../src/registry/identity/account.ts";
import type { Entity, Group, Role, User } from "../../src/registry/identity/entity.ts";
import type { ManagedPolicy } from "../../src/registry/identity/managed-policy.ts";
import type {
  OidcProvider,
  Session,
  StoredAccessKey,
} from "../../src/registry/identity/stored-credential.ts";
import type { AccountId } from "../../src/registry/names.ts";

export const account = "000000000000" as AccountId;
export const otherAccount = "111111111111" as AccountId;

export function sampleAccount(id: string, changes: Partial<Account> = {}): Account {
  return {
    id: id as AccountId,
    name: `account ${id}`,
    email: `${id}@example.com`,
    status: "ACTIVE",
    joinedMethod: "CREATED",
    createdAt: 1_700_000_000_000,
    alias: undefined,
    tags: [],
    ...changes,
  };
}

const base = () => ({ account, path: "/", createdAt: 1_700_000_000_000 });

export function sampleUser(name: string, changes: Partial<User> = {}): User {
  return {
    kind: "user",
    ...base(),
    name,
    id: `AIDA${randomUUID()}`,
    tags: [],
    boundary: undefined,
    revokedBefore: undefined,
    login: undefined,
    ...changes,
  };
}

export function sampleGroup(name: string, changes: Partial<Group> = {}): Group {
  return { kind: "group", ...base(), name, id: `AGPA${randomUUID()}`, ...changes };
}

export function sampleRole(name: string, changes: Partial<Role> = {}): Role {
  return {
    kind: "role",
    ...base(),
    name,
    id: `AROA${randomUUID()}`,
    tags: [],
    boundary: undefined,
    revokedBefore: undefined,
    trustPolicy: "{}",
    description: "",
    maxSessionSeconds: 3_600,
    usedAt: undefined,
    usedRegion: undefined,
    ...changes,
  };
}

export function samplePolicy(name: string, changes: Partial<ManagedPolicy> = {}): ManagedPolicy {
  return {
    account,
    name,
    id: `ANPA${randomUUID()}`,
    path: "/",
    description: "",
    defaultVersion: 1,
    versionsMade: 1,
    tags: [],
    createdAt: 1_700_000_000_000,
    updatedAt: 1_700_000_000_000,
    ...changes,
  };
}

export function sampleKey(
  owner: StoredAccessKey["owner"],
  changes: Partial<StoredAccessKey> = {},
): StoredAccessKey {
  return {
    id: `AKIA${randomUUID()}`,
    owner: { account: owner.account, id: owner.id },
    sealedSecret: Uint8Array.of(0, 255, 34),
    status: "Active",
    createdAt: 1_700_000_000_000,
    lastUse: undefined,
    ...changes,
  };
}

export function sampleSession(owner: Session["owner"], changes: Partial<Session> = {}): Session {
  return {
    accessKeyId: `ASIA${randomUUID()}`,
    kind: "assumed-role",
    owner: { account: owner.account, id: owner.id },
    name: "build",
    sealedSecret: Uint8Array.of(0, 255, 34),
    claims: {
      tokenSha256: "00ff",
      policies: ["{}"],
      policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      tags: [{ key: "Team", value: "käse" }],
      transitiveTagKeys: ["Team"],
      sourceIdentity: "alice",
      isChained: false,
      federation: { "issuer.example:sub": ["a", "b"] },
      federatedProvider: undefined,
      description: undefined,
    },
    createdAt: 1_700_000_000_000,
    expiresAt: 1_700_003_600_000,
    lastUse: undefined,
    ...changes,
  };
}

export function sampleProvider(url: string, changes: Partial<OidcProvider> = {}): OidcProvider {
  return {
    account,
    url,
    clientIds: ["sts.amazonaws.com"],
    thumbprints: ["0123456789abcdef0123456789abcdef01234567"],
    tags: [],
    createdAt: 1_700_000_000_000,
    ...changes,
  };
}

/** Stores the entity. */
export async function addEntity<E extends Entity>(store: MetadataStore, entity: E): Promise<E> {
  await store.transaction((change) => change.identity.entities.insertIfAbsent(entity));
  return entity;
}
