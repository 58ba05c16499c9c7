import type {
  DeletePullThroughCacheRuleRequest,
  DeletePullThroughCacheRuleResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { deleteCacheRule } from "../../registry/pull-through-cache/change-rules.ts";
import { operation } from "../operation.ts";
import { namedRule, rulePrefix } from "./cache-rule-shapes.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, registryId, request } from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** Ends a rule. What was cached by it stays, and is a repository like any other. */
export const deletePullThroughCacheRule = operation("ecr:DeletePullThroughCacheRule", {
  input: request({
    registryId,
    ecrRepositoryPrefix: rulePrefix,
  } satisfies Members<DeletePullThroughCacheRuleRequest>),
  resource: ownRegistryResource,
  access: "Write",
  errors: ["Validation", "InvalidParameter", "PullThroughCacheRuleNotFound"],
  async handle(input, { ports, caller }): Promise<Wire<DeletePullThroughCacheRuleResponse>> {
    const registry = registryOf(caller, input.registryId);
    const rule = await deleteCacheRule(ports, registry, input.ecrRepositoryPrefix);
    return {
      ...namedRule(rule),
      upstreamRegistryUrl: rule.settings.upstreamUrl,
      createdAt: epochSeconds(rule.createdAt),
    };
  },
});
