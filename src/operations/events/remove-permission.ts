import type { RemovePermissionRequest } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { removePermission as remove } from "../../registry/events/event-bus-policy.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { defaultBus, ownRegistry } from "./event-target.ts";
import { busName, statementId } from "./shapes.ts";

/** Takes back what one statement of the bus's policy allows, or all of it. */
export const removePermission = operation("events:RemovePermission", {
  input: request({
    StatementId: statementId.optional(),
    RemoveAllPermissions: z.boolean().default(false),
    EventBusName: busName,
  } satisfies Members<RemovePermissionRequest>),
  resource: ({ EventBusName }, caller) => defaultBus({ Name: EventBusName }, caller),
  access: "Permissions management",
  errors: ["ConcurrentModification", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Record<string, never>> {
    const { StatementId, RemoveAllPermissions: isAll } = input;
    if ((StatementId === undefined) !== isAll) {
      throw new RegistryError(
        "Validation",
        "Either StatementId or RemoveAllPermissions must be specified.",
      );
    }
    await remove(ports, ownRegistry(caller), StatementId);
    return {};
  },
});
