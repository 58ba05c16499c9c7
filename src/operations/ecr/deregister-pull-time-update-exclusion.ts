import type {
  DeregisterPullTimeUpdateExclusionRequest,
  DeregisterPullTimeUpdateExclusionResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { deregisterPullTimeExclusion } from "../../registry/images/pull-time-exclusions.ts";
import { operation } from "../operation.ts";
import { registryResource } from "./resource.ts";
import { type Members, principalArn, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Pulls by the user or role move pull times again. */
export const deregisterPullTimeUpdateExclusion = operation(
  "ecr:DeregisterPullTimeUpdateExclusion",
  {
    input: request({ principalArn } satisfies Members<DeregisterPullTimeUpdateExclusionRequest>),
    resource: registryResource,
    access: "Write",
    errors: ["InvalidParameter", "ExclusionNotFound", "LimitExceeded", "Validation"],
    async handle(
      input,
      { ports, caller },
    ): Promise<Wire<DeregisterPullTimeUpdateExclusionResponse>> {
      await deregisterPullTimeExclusion(ports, registryOf(caller), input.principalArn);
      return { principalArn: input.principalArn };
    },
  },
);
