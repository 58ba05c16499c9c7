import type {
  EcrConfiguration,
  UpdateConfigurationRequest,
  UpdateConfigurationResponse,
} from "@aws-sdk/client-inspector2";
import { z } from "zod";
import { invalidInput } from "../../registry/inspector/inspector-refusal.ts";
import {
  type PullDuration,
  type PushDuration,
  pullDurations,
  pushDurations,
  putRescanDuration,
  rescanDuration,
} from "../../registry/scanning/rescan-duration.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { requireOwn } from "./own-account.ts";
import { ofOtherResources, ownAccountId } from "./shapes.ts";

const pushDuration = z.enum(Object.keys(pushDurations) as [PushDuration, ...PushDuration[]]);
const pullDuration = z.enum(Object.keys(pullDurations) as [PullDuration, ...PullDuration[]]);

const ecrConfiguration = z.object({
  rescanDuration: pushDuration,
  pullDateRescanDuration: pullDuration.optional(),
  pullDateRescanMode: z.enum(["LAST_PULL_DATE", "LAST_IN_USE_AT"]).optional(),
} satisfies Members<EcrConfiguration>);

/**
 * Says how long images of the registry in the region are scanned again after their push and their last
 * pull. Those that are not any more end within the hour; those that are again are scanned soon.
 */
export const updateConfiguration = operation("inspector2:UpdateConfiguration", {
  http: { method: "POST", path: "/configuration/update" },
  input: request({
    ...{ accountId: ownAccountId, ecrConfiguration: ecrConfiguration.optional() },
    ...{ ec2Configuration: ofOtherResources, updateConfigurationInheritance: ofOtherResources },
  } satisfies Members<UpdateConfigurationRequest>),
  resource: anyResource,
  access: "Write",
  errors: ["Validation"],
  async handle(
    { accountId, ecrConfiguration: wanted },
    { ports, caller },
  ): Promise<Wire<UpdateConfigurationResponse>> {
    const registry = ownRegistry(caller);
    requireOwn(registry, accountId);
    if (wanted === undefined)
      throw invalidInput("There is nothing to configure but ecrConfiguration.");
    if (wanted.pullDateRescanMode === "LAST_IN_USE_AT") {
      throw invalidInput(
        "When an image was in use last is not kept: pullDateRescanMode is LAST_PULL_DATE.",
      );
    }
    const { afterPull } = await rescanDuration(ports, registry);
    await putRescanDuration(ports, registry, {
      afterPush: wanted.rescanDuration,
      afterPull: wanted.pullDateRescanDuration ?? afterPull,
    });
    return {};
  },
});
