import type { GetConfigurationRequest, GetConfigurationResponse } from "@aws-sdk/client-inspector2";
import { rescanDuration } from "../../registry/scanning/rescan-duration.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { requireOwn } from "./own-account.ts";
import { ownAccountId } from "./shapes.ts";

/** How long images of the registry in the region are scanned again. */
export const getConfiguration = operation("inspector2:GetConfiguration", {
  http: { method: "POST", path: "/configuration/get" },
  input: request({ accountId: ownAccountId } satisfies Members<GetConfigurationRequest>),
  resource: anyResource,
  access: "Read",
  errors: ["Validation"],
  async handle({ accountId }, { ports, caller }): Promise<Wire<GetConfigurationResponse>> {
    const registry = ownRegistry(caller);
    requireOwn(registry, accountId);
    const { afterPush, afterPull, updatedAt } = await rescanDuration(ports, registry);
    return {
      ecrConfiguration: {
        rescanDurationState: {
          ...{ rescanDuration: afterPush, pullDateRescanDuration: afterPull },
          ...{ pullDateRescanMode: "LAST_PULL_DATE", status: "SUCCESS" },
          updatedAt: updatedAt === undefined ? undefined : epochSeconds(updatedAt),
        },
      },
    };
  },
});
