import type {
  RegisterPullTimeUpdateExclusionRequest,
  RegisterPullTimeUpdateExclusionResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { registerPullTimeExclusion } from "../../registry/images/pull-time-exclusions.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, principalArn, request } from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** Pulls by a user or role move no pull times any more. See `registerPullTimeExclusion`. */
export const registerPullTimeUpdateExclusion = operation("ecr:RegisterPullTimeUpdateExclusion", {
  input: request({ principalArn } satisfies Members<RegisterPullTimeUpdateExclusionRequest>),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter", "ExclusionAlreadyExists", "LimitExceeded", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<RegisterPullTimeUpdateExclusionResponse>> {
    const registry = registryOf(caller);
    const made = await registerPullTimeExclusion(ports, registry, input.principalArn);
    return { principalArn: made.principalArn, createdAt: epochSeconds(made.createdAt) };
  },
});
