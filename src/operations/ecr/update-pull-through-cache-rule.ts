import type {
  UpdatePullThroughCacheRuleRequest,
  UpdatePullThroughCacheRuleResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { updateCacheRule } from "../../registry/pull-through-cache/change-rules.ts";
import { operation } from "../operation.ts";
import {
  credentialArn,
  customRoleArn,
  namedRule,
  passedRole,
  rulePrefix,
} from "./cache-rule-shapes.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, registryId, request } from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** Has a rule use other credentials, or another role. See `updateCacheRule`. */
export const updatePullThroughCacheRule = operation("ecr:UpdatePullThroughCacheRule", {
  input: request({
    registryId,
    ecrRepositoryPrefix: rulePrefix,
    credentialArn,
    customRoleArn,
  } satisfies Members<UpdatePullThroughCacheRuleRequest>),
  resource: ownRegistryResource,
  further: passedRole,
  access: "Write",
  errors: [
    ...(["Validation", "InvalidParameter", "PullThroughCacheRuleNotFound"] as const),
    ...(["UnableToAccessSecret", "SecretNotFound", "UnableToDecryptSecretValue"] as const),
  ],
  async handle(input, { ports, caller }): Promise<Wire<UpdatePullThroughCacheRuleResponse>> {
    const registry = registryOf(caller, input.registryId);
    const rule = await updateCacheRule(ports, registry, input.ecrRepositoryPrefix, input);
    return { ...namedRule(rule), updatedAt: epochSeconds(rule.updatedAt) };
  },
});
