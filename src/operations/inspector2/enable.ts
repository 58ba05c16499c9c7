import type { EnableRequest, EnableResponse } from "@aws-sdk/client-inspector2";
import { enableScanning } from "../../registry/inspector/account-scanning.ts";
import { invalidInput } from "../../registry/inspector/inspector-refusal.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { accountAnswer, ownAmong } from "./scanning-status.ts";
import { accountIds, clientToken, resourceTypes } from "./shapes.ts";

/**
 * Turns on enhanced scanning of the registry in the region, of everything and continuously, as
 * PutRegistryScanningConfiguration does; where it is on, its rules stay.
 */
export const enable = operation("inspector2:Enable", {
  http: { method: "POST", path: "/enable" },
  input: request({
    ...{ accountIds, clientToken, resourceTypes: resourceTypes.min(1) },
  } satisfies Members<EnableRequest>),
  resource: anyResource,
  access: "Write",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Wire<EnableResponse>> {
    if (input.resourceTypes.some((type) => type !== "ECR")) {
      throw invalidInput("Only images of the registry are scanned: the resource type ECR.");
    }
    const registry = ownRegistry(caller);
    const { isAsked, failedAccounts } = ownAmong(registry, input.accountIds);
    if (!isAsked) return { accounts: [], failedAccounts };
    await enableScanning(ports, registry);
    return { accounts: [await accountAnswer(ports, registry)], failedAccounts };
  },
});
