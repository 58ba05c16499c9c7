import type { TagMutability } from "../repositories/repository.ts";

/** Settings of a repository elsewhere, as far as ECR has the same ones. */
export interface TakeoverSettings {
  readonly tagMutability?: TagMutability;
  readonly scanOnPush?: boolean;
  /** Documents as they are there. */
  readonly policyText?: string;
  readonly lifecyclePolicyText?: string;
  readonly resourceTags?: readonly { readonly Key: string; readonly Value: string }[];
  /** In sentences: what is set there and has no like here. */
  readonly untranslated?: readonly string[];
}
