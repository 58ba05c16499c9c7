import { invariant } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { findCacheRules } from "../../registry/pull-through-cache/change-rules.ts";
import { rulePrefix } from "../ecr/cache-rule-shapes.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { cacheTermsAnswer } from "./cache-terms-answer.ts";

/** What a pull through cache rule may fetch, and how long tags are good. */
export const getPullThroughCacheTerms = operation("entrepot:GetPullThroughCacheTerms", {
  input: request({ ecrRepositoryPrefix: rulePrefix }),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "PullThroughCacheRuleNotFound"],
  async handle({ ecrRepositoryPrefix }, { ports, caller }) {
    const [rule] = await findCacheRules(ports, registryOf(caller), [ecrRepositoryPrefix]);
    invariant(rule !== undefined, "a rule that was found is there");
    return cacheTermsAnswer(rule);
  },
});
