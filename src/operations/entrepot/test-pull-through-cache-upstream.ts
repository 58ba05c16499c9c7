import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { cacheLimits } from "../../registry/pull-through-cache/cache-limits.ts";
import { rootPrefix } from "../../registry/pull-through-cache/cache-rule.ts";
import { tryUpstream } from "../../registry/pull-through-cache/validate-rule.ts";
import { credentialArn, customRoleArn, passedRole } from "../ecr/cache-rule-shapes.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/**
 * Says whether an upstream would let the cache in, and why not, as ValidatePullThroughCacheRule does of a
 * rule, and makes none. It shows the upstream what a rule would: whoever asks needs what making a rule
 * needs.
 */
export const testPullThroughCacheUpstream = operation("entrepot:TestPullThroughCacheUpstream", {
  input: request({
    upstreamRegistryUrl: z.string().min(1).max(cacheLimits.urlCharacters),
    credentialArn,
    customRoleArn,
  }),
  resource: registryResource,
  further: (input, caller) => [
    { action: "ecr:CreatePullThroughCacheRule", resource: registryResource(input, caller) },
    ...passedRole(input, caller),
  ],
  access: "Read",
  errors: [
    ...(["InvalidParameter", "UnsupportedUpstreamRegistry", "UnableToAccessSecret"] as const),
    ...(["SecretNotFound", "UnableToDecryptSecretValue"] as const),
  ],
  async handle(input, { ports, caller, deployment, organization }) {
    const failure = await tryUpstream({ ports, organization, deployment }, registryOf(caller), {
      prefix: rootPrefix,
      upstreamUrl: input.upstreamRegistryUrl,
      credentialArn: input.credentialArn,
      customRoleArn: input.customRoleArn,
    });
    return {
      upstreamRegistryUrl: input.upstreamRegistryUrl,
      isValid: failure === undefined,
      ...(failure === undefined ? {} : { failure }),
    };
  },
});
