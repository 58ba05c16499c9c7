import type { CacheRule } from "../../registry/pull-through-cache/cache-rule.ts";
import { freshMsOf } from "../../registry/pull-through-cache/cache-terms.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** What a rule of the pull-through cache fetches, as it is shown. */
export function cacheTermsAnswer(rule: CacheRule) {
  const { prefix, terms } = rule.settings;
  return {
    ecrRepositoryPrefix: prefix,
    registryId: rule.registry.account,
    freshSeconds: freshMsOf(rule) / 1000,
    allow: terms?.allow ?? [],
    deny: terms?.deny ?? [],
    minimumAgeSeconds: (terms?.minimumAgeMs ?? 0) / 1000,
    endsAt: terms?.endsAt === undefined ? undefined : epochSeconds(terms.endsAt),
    pins: (terms?.pins ?? []).map(({ repositoryName, tag, digest }) => ({
      ...{ repositoryName, imageTag: tag, imageDigest: digest },
    })),
  };
}
