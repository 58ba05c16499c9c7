import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { type Digest, isDigest, isTag, type Tag } from "../../registry/names.ts";
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

const pin = z
  .strictObject({
    /** At the upstream. */
    repositoryName: z.string().min(1).max(limits.repositoryNameCharacters),
    imageTag: z.string().refine(isTag, { message: "must be a tag" }),
    imageDigest: z.string().refine(isDigest, { message: "must be a digest" }),
  })
  .transform(({ repositoryName, imageTag, imageDigest }) => ({
    ...{ repositoryName, tag: imageTag as Tag, digest: imageDigest as Digest },
  }));

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
    minimumAgeSeconds: z
      .number()
      .int()
      .min(0)
      .max(cacheLimits.ageMaximumMs / 1000)
      .optional(),
    pins: z.array(pin).max(cacheLimits.pins).optional(),
    /** Seconds since the epoch: from then on, and for what the lists leave out, there is no rule. */
    endsAt: z.number().optional(),
  }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "PullThroughCacheRuleNotFound"],
  async handle(asked, { ports, caller }) {
    const { freshSeconds, minimumAgeSeconds, endsAt, pins, allow = [], deny = [] } = asked;
    const terms = {
      ...{ allow, deny, pins, freshMs: freshSeconds && freshSeconds * 1000 },
      minimumAgeMs: minimumAgeSeconds ? minimumAgeSeconds * 1000 : undefined,
      endsAt: endsAt === undefined ? undefined : Math.round(endsAt * 1000),
    };
    const registry = registryOf(caller);
    return cacheTermsAnswer(await putCacheTerms(ports, registry, asked.ecrRepositoryPrefix, terms));
  },
});
