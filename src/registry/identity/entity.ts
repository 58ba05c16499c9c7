import { type AccountId, isAccountId } from "../names.ts";

/** What IAM keeps under a name of its own in an account. */
export type EntityKind = "user" | "group" | "role";

export interface ResourceTag {
  readonly key: string;
  readonly value: string;
}

/** A console password: never the password, always what a memory-hard function made of it. */
export interface LoginProfile {
  /** Names the function, its costs and the salt as well. */
  readonly hash: string;
  /** Of the passwords before it, the newest first; at most `limits.rememberedPasswords` with it. */
  readonly formerHashes: readonly string[];
  readonly createdAt: number;
  readonly changedAt: number;
  readonly resetRequired: boolean;
  readonly usedAt: number | undefined;
}

interface EntityBase {
  readonly account: AccountId;
  /** Unique among the entities of its kind in the account, whatever the case of its letters. */
  readonly name: string;
  /** `AIDA…`, `AGPA…`, `AROA…`: never used again, also when the name is. */
  readonly id: string;
  /** Begins and ends with "/". */
  readonly path: string;
  readonly createdAt: number;
}

interface PrincipalBase extends EntityBase {
  readonly tags: readonly ResourceTag[];
  /** ARN of the managed policy that bounds it. */
  readonly boundary: string | undefined;
  /** Sessions and tokens from before this time are void (`Entrepot_V1.RevokeSessions`). */
  readonly revokedBefore: number | undefined;
}

export interface User extends PrincipalBase {
  readonly kind: "user";
  readonly login: LoginProfile | undefined;
}

export interface Group extends EntityBase {
  readonly kind: "group";
}

export interface Role extends PrincipalBase {
  readonly kind: "role";
  /** Principals of its account and of others stand in it by their unique ids. */
  readonly trustPolicy: string;
  readonly description: string;
  readonly maxSessionSeconds: number;
  readonly usedAt: number | undefined;
  readonly usedRegion: string | undefined;
}

export type Entity = User | Group | Role;
export type EntityOf<Kind extends EntityKind> = Extract<Entity, { kind: Kind }>;

/** What rows of other tables refer to: the owner of a policy, a key, a session. */
export interface EntityRef {
  readonly account: AccountId;
  readonly id: string;
}

/** `arn:aws:iam::<account>:user/<path><name>`. */
export function entityArn(entity: Pick<Entity, "account" | "kind" | "path" | "name">): string {
  return `arn:aws:iam::${entity.account}:${entity.kind}${entity.path}${entity.name}`;
}

/**
 * The parts of a user's, group's or role's ARN; `undefined` for any other text. That one is found by
 * its name does not mean that it has this path: compare `entityArn`.
 */
export function parseEntityArn(
  arn: string,
): { account: AccountId; kind: EntityKind; path: string; name: string } | undefined {
  const [, account = "", kind = "", resource = ""] =
    /^arn:aws:iam::([0-9]{12}):(user|group|role)(\/[!-~]+)$/.exec(arn) ?? [];
  const end = resource.lastIndexOf("/") + 1;
  const name = resource.slice(end);
  if (!isAccountId(account) || !/^[\w+=,.@-]{1,128}$/.test(name)) return undefined;
  return { account, kind: kind as EntityKind, path: resource.slice(0, end), name };
}

/** Under which an entity, or a managed policy, is found: IAM's names differ by more than case. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}
