import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { cacheLimits } from "../../registry/pull-through-cache/cache-limits.ts";
import { putCacheTerms } from "../../registry/pull-through-cache/cache-terms.ts";
import { rulePrefix } from "../ecr/cache-rule-shapes.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { cacheTermsAnswer } from "./cache-terms-answer.ts";

const patterns = z
  .array(z.string().min(1).max(cacheLimits.patternCharacters))
  .max(cacheLimits.patterns)
  .optional();

/** Says what a pull through cache rule may fetch, and how long tags are good. What is left out is as usual. */
export const putPullThroughCacheTerms = operation("entrepot:PutPullThroughCacheTerms", {
  input: request({
    ecrRepositoryPrefix: rulePrefix,
    freshSeconds: z
      .number()
      .int()
      .min(cacheLimits.freshMinimumMs / 1000)
      .max(cacheLimits.freshMaximumMs / 1000)
      .optional(),
    allow: patterns,
    deny: patterns,
  }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "PullThroughCacheRuleNotFound"],
  async handle({ ecrRepositoryPrefix, freshSeconds, allow = [], deny = [] }, { ports, caller }) {
    const freshMs = freshSeconds === undefined ? undefined : freshSeconds * 1000;
    const terms = { freshMs, allow, deny };
    const registry = registryOf(caller);
    return cacheTermsAnswer(await putCacheTerms(ports, registry, ecrRepositoryPrefix, terms));
  },
});
