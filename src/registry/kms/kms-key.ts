import { invariant } from "../errors.ts";
import type { ResourceTag } from "../identity/entity.ts";
import type { AccountId, Region, Registry } from "../names.ts";

/** What KMS says of a key that can not, or not at once, be used. Source: KMS, "Key states". */
export type KmsKeyState = "Enabled" | "Disabled" | "PendingDeletion";

/** A key lives in a region of an account, which is what a registry is, too. */
export interface KmsKeyRef {
  readonly registry: Registry;
  /** A UUID. */
  readonly id: string;
}

/** New versions that a key gets by itself. */
export interface KmsKeyRotation {
  readonly periodDays: number;
  /** Milliseconds since the epoch. */
  readonly nextAt: number;
}

/** A symmetric key. Its material is in its versions. Times are milliseconds since the epoch. */
export interface KmsKey extends KmsKeyRef {
  readonly state: KmsKeyState;
  /** AWS: one that a service made for the account, such as `alias/aws/ecr`; nobody else changes it. */
  readonly manager: "AWS" | "CUSTOMER";
  readonly description: string;
  /** The key policy's document; principals stand in it by their unique ids. */
  readonly policy: string;
  readonly tags: readonly ResourceTag[];
  readonly createdAt: number;
  /** Set while the deletion is pending. */
  readonly deletionAt: number | undefined;
  /** The version that seals; older ones only open. */
  readonly version: number;
  readonly rotation: KmsKeyRotation | undefined;
  /** Of the rotations so far, those on demand. */
  readonly rotationsOnDemand: number;
}

/** Why there is a version of a key. */
export type KmsVersionOrigin = "CREATED" | "AUTOMATIC" | "ON_DEMAND";

/** 256 bits of key material, wrapped by the master key. */
export interface KmsKeyVersion {
  readonly key: KmsKeyRef;
  /** From 1, without gaps. */
  readonly version: number;
  readonly wrapped: Uint8Array;
  readonly origin: KmsVersionOrigin;
  readonly createdAt: number;
}

export interface KmsAlias {
  readonly registry: Registry;
  /** With its prefix: `alias/images`. */
  readonly name: string;
  /** The id of a key in the same region of the same account. */
  readonly key: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a use of a key is bound to: nothing secret, by keys whose case matters. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Encryption context that a request must have: all of it and nothing else, or at least it. */
export interface KmsGrantConstraints {
  readonly encryptionContextEquals?: EncryptionContext | undefined;
  readonly encryptionContextSubset?: EncryptionContext | undefined;
}

/** A principal's right to use a key for some operations, beside policies. */
export interface KmsGrant {
  readonly key: KmsKeyRef;
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** A grant of the same name and the same parameters is not made twice. Empty: it has none. */
  readonly name: string;
  /** An ARN, a service's name, or a principal's unique id: see `map-principals`. */
  readonly grantee: string;
  /** Who may end it, in the same form; empty: nobody by the grant itself. */
  readonly retiring: string;
  /** `Decrypt`, `GenerateDataKey` and so on. */
  readonly operations: readonly string[];
  readonly constraints: KmsGrantConstraints;
  /** The account whose principal made it: `arn:aws:iam::<account>:root`. */
  readonly issuer: string;
  readonly createdAt: number;
}

/** One use of a key that a service made for somebody, or tried to make. */
export interface KmsUse {
  readonly key: KmsKeyRef;
  readonly id: string;
  readonly at: number;
  /** `Decrypt`, `GenerateDataKey`. */
  readonly operation: string;
  /** Who asked the service; empty where it acted by itself. */
  readonly principal: string;
  readonly requestId: string;
  readonly encryptionContext: EncryptionContext;
  /** The code of the error that it ended with; absent: it was done. */
  readonly error: string | undefined;
}

/** Uses of a key in a month of UTC, for what they cost. */
export interface KmsUseCount {
  readonly key: KmsKeyRef;
  /** `2026-11`. */
  readonly month: string;
  readonly operation: string;
  readonly uses: number;
}

export function kmsKeyArn({ registry, id }: KmsKeyRef): string {
  return `arn:aws:kms:${registry.region}:${registry.account}:key/${id}`;
}

/** The key that a stored ARN names. */
export function parseKmsKeyArn(arn: string): KmsKeyRef {
  const parts = /^arn:aws:kms:([^:]+):(\d{12}):key\/([^:]+)$/.exec(arn);
  invariant(parts !== null, "a stored ARN of a key is one");
  const [, region, account, id] = parts;
  return { registry: { account: account as AccountId, region: region as Region }, id: id! };
}

export function kmsAliasArn({ registry, name }: Pick<KmsAlias, "registry" | "name">): string {
  return `arn:aws:kms:${registry.region}:${registry.account}:${name}`;
}
