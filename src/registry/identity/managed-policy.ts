import { type AccountId, isAccountId } from "../names.ts";
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

/** The parts of `arn:aws:iam::<account>:policy/<path><name>`; `undefined` for any other text. */
export function parsePolicyArn(
  arn: string,
): { account: AccountId; path: string; name: string } | undefined {
  const [scheme, partition, service, region, account = "", resource = "", ...rest] = arn.split(":");
  if (scheme !== "arn" || partition !== "aws" || service !== "iam" || region !== "")
    return undefined;
  if (!isAccountId(account) || rest.length > 0 || !resource.startsWith("policy/")) return undefined;
  const end = resource.lastIndexOf("/") + 1;
  return { account, path: resource.slice("policy".length, end), name: resource.slice(end) };
}
