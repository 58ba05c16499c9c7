/** What operations of AWS Signer take and answer, as far as images go. Source: Signer API model. */
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { isAllowedValidity } from "../../registry/signing/profiles.ts";
import {
  notationPlatform,
  type ProfileRef,
  parseProfileArn,
  profileArn,
  type SignatureValidity,
  type SigningProfile,
  validityUnits,
} from "../../registry/signing/signing.ts";
import { signingLimits } from "../../registry/signing/signing-limits.ts";
import { imagePlatform } from "./signing-platform.ts";

/** What takes no resource: identity policies alone grant it. */
export function anyResource(_input: unknown, { principal }: Caller): Resource {
  return { arn: "*", account: principal.account, grants: "identity-only" };
}

export const profileName = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[a-zA-Z0-9_]{2,}$/, {
    message: "must satisfy regular expression '^[a-zA-Z0-9_]{2,}$'",
  });
export const platformId = z.enum([notationPlatform]);
export const signatureValidityPeriod = z
  .object({ value: z.int().min(1), type: z.enum(validityUnits) })
  .refine(isAllowedValidity, "A signature is valid for 135 months at the most");
/** Where none is asked for. Source: AWS Signer, PutSigningProfile. */
export const longestValidity: SignatureValidity = { value: 135, type: "MONTHS" };

const tagKey = z.string().min(1).max(128);
export const tagKeys = z.array(tagKey).min(1).max(signingLimits.tags);
export const profileTags = z
  .record(tagKey, z.string().max(256))
  .refine((all) => Object.keys(all).length <= signingLimits.tags, {
    message: `Member must have at most ${signingLimits.tags} entries`,
  });

/** Tags as those of other services. */
export function tagPairs(tags: z.output<typeof profileTags>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The ARN of a profile: nothing else has tags. */
export const taggedArn = z.string().min(1).max(2048);

/** The profile, whether it is there or not. One of another account is none of the caller's. */
export function taggedResource({ resourceArn: arn }: TaggedInput, { principal }: Caller): Resource {
  return { arn, account: principal.account, grants: "identity-only" };
}

/**
 * The profile that is meant.
 * @throws NotFound for one of another account or region, and for what is no profile
 */
export function taggedProfile({ resourceArn }: TaggedInput, caller: Caller): ProfileRef {
  const own = { registry: ownRegistry(caller), name: parseProfileArn(resourceArn)?.name ?? "" };
  if (profileArn(own) === resourceArn) return own;
  throw new RegistryError("NotFound", `There is no signing profile ${resourceArn}.`);
}

interface TaggedInput {
  readonly resourceArn: string;
}

/** The caller's own account, in the region of the request. */
export function ownRegistry({ principal, region }: Caller): Registry {
  return { account: principal.account, region };
}

/** The profile, whether it is there or not. */
export function profileResource(input: { profileName: string }, caller: Caller): Resource {
  const registry = ownRegistry(caller);
  const arn = profileArn({ registry, name: input.profileName });
  return { arn, account: registry.account, grants: "identity-only" };
}

export interface ProfileAnswer {
  readonly profileName: string;
  readonly profileVersion: string;
  readonly profileVersionArn: string;
  readonly arn: string;
  readonly platformId: string;
  readonly platformDisplayName: string;
  readonly signatureValidityPeriod: SignatureValidity;
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
}

export function profileAnswer(profile: SigningProfile): ProfileAnswer {
  const { name, version, validity, status, tags } = profile;
  const arn = profileArn(profile);
  return {
    ...{ profileName: name, profileVersion: version, profileVersionArn: `${arn}/${version}` },
    ...{ arn, platformId: notationPlatform, platformDisplayName: imagePlatform.displayName },
    ...{ signatureValidityPeriod: validity, status, tags },
  };
}
