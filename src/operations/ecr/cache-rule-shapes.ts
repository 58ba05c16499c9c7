/** The members that inputs about pull through cache rules are made of. Source: ECR API model. */
import { z } from "zod";
import { templatePrefixPattern } from "../../registry/creation-templates/creation-template.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { cacheLimits } from "../../registry/pull-through-cache/cache-limits.ts";
import { type CacheRule, isRulePrefix } from "../../registry/pull-through-cache/cache-rule.ts";
import type { FurtherAction } from "../operation.ts";

export const rulePrefix = z
  .string()
  .min(cacheLimits.prefixMinimumCharacters)
  .max(cacheLimits.prefixCharacters)
  .refine(isRulePrefix, {
    message: `must satisfy regular expression '${templatePrefixPattern}'`,
  });

const credentialPattern =
  "^arn:aws(-\\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\\-pullthroughcache\\/[a-zA-Z0-9\\/_+=.@-]+$";
// The same, linear in the length of the text.
const credential =
  /^arn:aws[\w-]*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr-pullthroughcache\/[a-zA-Z0-9/_+=.@-]+$/;

export const credentialArn = z
  .string()
  .min(50)
  .max(612)
  .refine((text) => credential.test(text), {
    message: `must satisfy regular expression '${credentialPattern}'`,
  })
  .optional();

export const customRoleArn = z.string().max(cacheLimits.roleArnCharacters).optional();

/** Who fetches for rules. Source: ECR, "Pull through cache", service-linked role. */
export const cacheService = "pullthroughcache.ecr.amazonaws.com";

/** Whoever has ECR act as a role needs leave to pass it. Source: IAM, iam:PassRole. */
export function passedRole(
  { customRoleArn: arn }: { readonly customRoleArn?: string | undefined },
  { account }: Pick<Caller, "account">,
): FurtherAction[] {
  if (arn === undefined) return [];
  const conditions = new Map([["iam:passedtoservice", cacheService]]);
  const resource = { arn, account, grants: "identity-only", conditions } as const;
  return [{ action: "iam:PassRole", resource }];
}

/** What every answer about a rule says of it. */
export function namedRule({ registry, settings }: CacheRule) {
  return {
    ecrRepositoryPrefix: settings.prefix,
    registryId: registry.account,
    credentialArn: settings.credentialArn,
    customRoleArn: settings.customRoleArn,
    upstreamRepositoryPrefix: settings.upstreamPrefix,
  };
}
