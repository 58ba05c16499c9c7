import type { DisableRequest, DisableResponse } from "@aws-sdk/client-inspector2";
import { disableScanning } from "../../registry/inspector/account-scanning.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { accountAnswer, ownAmong } from "./scanning-status.ts";
import { accountIds, resourceTypes } from "./shapes.ts";

/**
 * Ends enhanced scanning of the registry in the region: it is scanned as BASIC says from then on. What
 * was found is not told any more, and is again once scanning is enabled.
 */
export const disable = operation("inspector2:Disable", {
  http: { method: "POST", path: "/disable" },
  input: request({
    ...{ accountIds, resourceTypes: resourceTypes.optional() },
  } satisfies Members<DisableRequest>),
  resource: anyResource,
  access: "Write",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Wire<DisableResponse>> {
    const registry = ownRegistry(caller);
    const { isAsked, failedAccounts } = ownAmong(registry, input.accountIds);
    if (!isAsked) return { accounts: [], failedAccounts };
    // Of the others, nothing is on.
    const { resourceTypes: types = [] } = input;
    if (types.length === 0 || types.includes("ECR")) await disableScanning(ports, registry);
    return { accounts: [await accountAnswer(ports, registry)], failedAccounts };
  },
});
