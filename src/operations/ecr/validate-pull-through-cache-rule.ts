import type {
  ValidatePullThroughCacheRuleRequest,
  ValidatePullThroughCacheRuleResponse,
} from "@aws-sdk/client-ecr";
import { invariant } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { findCacheRules } from "../../registry/pull-through-cache/change-rules.ts";
import { validateCacheRule } from "../../registry/pull-through-cache/validate-rule.ts";
import { operation } from "../operation.ts";
import { namedRule, rulePrefix } from "./cache-rule-shapes.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, registryId, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Says whether the upstream of a rule lets the cache in, and why not. See `validateCacheRule`. */
export const validatePullThroughCacheRule = operation("ecr:ValidatePullThroughCacheRule", {
  input: request({
    registryId,
    ecrRepositoryPrefix: rulePrefix,
  } satisfies Members<ValidatePullThroughCacheRuleRequest>),
  resource: ownRegistryResource,
  access: "Read",
  errors: ["Validation", "InvalidParameter", "PullThroughCacheRuleNotFound"],
  async handle(
    input,
    { ports, caller, deployment, organization },
  ): Promise<Wire<ValidatePullThroughCacheRuleResponse>> {
    const registry = registryOf(caller, input.registryId);
    const [rule] = await findCacheRules(ports, registry, [input.ecrRepositoryPrefix]);
    invariant(rule !== undefined, "a rule that was found is there");
    const failure = await validateCacheRule({ ports, organization, deployment }, rule);
    return {
      ...namedRule(rule),
      upstreamRegistryUrl: rule.settings.upstreamUrl,
      isValid: failure === undefined,
      ...(failure === undefined ? {} : { failure }),
    };
  },
});
