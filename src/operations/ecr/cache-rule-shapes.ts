/** The members that inputs about pull through cache rules are made of. Source: ECR API model. */
import { z } from "zod";
import { templatePrefixPattern } from "../../registry/creation-templates/creation-template.ts";
import { cacheLimits } from "../../registry/pull-through-cache/cache-limits.ts";
import { type CacheRule, isRulePrefix } from "../../registry/pull-through-cache/cache-rule.ts";

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

/** What every answer about a rule says of it. */
export function namedRule({ registry, settings }: CacheRule) {
  return {
    ecrRepositoryPrefix: settings.prefix,
    registryId: registry.account,
    credentialArn: settings.credentialArn,
    upstreamRepositoryPrefix: settings.upstreamPrefix,
  };
}
