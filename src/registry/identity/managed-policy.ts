import type { AccountId } from "../names.ts";
import type { ResourceTag } from "./entity.ts";

/** A policy of the account's own that entities share. AWS's own are constants, not rows. */
export interface ManagedPolicy {
  readonly account: AccountId;
  /** Unique in the account, whatever the case of its letters. */
  readonly name: string;
  /** `ANPA…`. */
  readonly id: string;
  readonly path: string;
  readonly description: string;
  /** The version that counts: 3 for `v3`. */
  readonly defaultVersion: number;
  /** How many versions there ever were: numbers are not used again. */
  readonly versionsMade: number;
  readonly tags: readonly ResourceTag[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface PolicyVersion {
  readonly version: number;
  /** As it was put. */
  readonly document: string;
  readonly createdAt: number;
}

export interface InlinePolicy {
  readonly name: string;
  readonly document: string;
}

/** `arn:aws:iam::<account>:policy/<path><name>`. */
export function policyArn(policy: Pick<ManagedPolicy, "account" | "path" | "name">): string {
  return `arn:aws:iam::${policy.account}:policy${policy.path}${policy.name}`;
}
