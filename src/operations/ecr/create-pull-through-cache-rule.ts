import type {
  CreatePullThroughCacheRuleRequest,
  CreatePullThroughCacheRuleResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import {
  hasServiceRole,
  makeServiceRole,
  serviceRoleArn,
} from "../../registry/identity/own-service-role.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { cacheLimits } from "../../registry/pull-through-cache/cache-limits.ts";
import { createCacheRule } from "../../registry/pull-through-cache/change-rules.ts";
import { upstreamKinds } from "../../registry/pull-through-cache/upstream-place.ts";
import { operation } from "../operation.ts";
import {
  credentialArn,
  customRoleArn,
  namedRule,
  passedRole,
  rulePrefix,
  cacheService as service,
} from "./cache-rule-shapes.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, registryId, request } from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/**
 * Makes repositories below a prefix a cache of another registry. The first time, the role is made that
 * ECR fetches with, which the caller must be allowed to do. See `createCacheRule`.
 */
export const createPullThroughCacheRule = operation("ecr:CreatePullThroughCacheRule", {
  input: request({
    ecrRepositoryPrefix: rulePrefix,
    upstreamRegistryUrl: z.string().min(1).max(cacheLimits.urlCharacters),
    registryId,
    upstreamRegistry: z.enum(upstreamKinds).optional(),
    credentialArn,
    customRoleArn,
    upstreamRepositoryPrefix: rulePrefix.optional(),
  } satisfies Members<CreatePullThroughCacheRuleRequest>),
  resource: ownRegistryResource,
  async further(input, caller, { ports }) {
    const { account } = caller;
    const passed = passedRole(input, caller);
    if (await hasServiceRole(ports, account, service)) return passed;
    const resource = { arn: serviceRoleArn(account, service), account };
    return [...passed, { action: "iam:CreateServiceLinkedRole", resource }];
  },
  access: "Write",
  errors: [
    ...(["Validation", "InvalidParameter", "PullThroughCacheRuleAlreadyExists"] as const),
    ...(["UnsupportedUpstreamRegistry", "LimitExceeded", "UnableToAccessSecret"] as const),
    ...(["SecretNotFound", "UnableToDecryptSecretValue"] as const),
  ],
  async handle(
    input,
    { ports, caller, deployment },
  ): Promise<Wire<CreatePullThroughCacheRuleResponse>> {
    const registry = registryOf(caller, input.registryId);
    const rule = await createCacheRule(ports, deployment, registry, {
      prefix: input.ecrRepositoryPrefix,
      upstreamUrl: input.upstreamRegistryUrl,
      upstream: input.upstreamRegistry,
      upstreamPrefix: input.upstreamRepositoryPrefix,
      credentialArn: input.credentialArn,
      customRoleArn: input.customRoleArn,
    });
    await makeServiceRole(ports, registry.account, service);
    return {
      ...namedRule(rule),
      upstreamRegistryUrl: rule.settings.upstreamUrl,
      upstreamRegistry: rule.settings.upstream,
      createdAt: epochSeconds(rule.createdAt),
    };
  },
});
