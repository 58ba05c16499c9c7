import type {
  GetServiceLinkedRoleDeletionStatusRequest,
  GetServiceLinkedRoleDeletionStatusResponse,
} from "@aws-sdk/client-iam";
import { z } from "zod";
import { entityArn } from "../../registry/identity/entity.ts";
import { serviceLinkedPath } from "../../registry/identity/protected-role.ts";
import { checkDeletionTask } from "../../registry/identity/service-linked-roles.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { request } from "./shapes.ts";

/** What became of a DeleteServiceLinkedRole. */
export const getServiceLinkedRoleDeletionStatus = operation(
  "iam:GetServiceLinkedRoleDeletionStatus",
  {
    input: request({
      DeletionTaskId: z.string().min(1).max(1_000),
    } satisfies Members<GetServiceLinkedRoleDeletionStatusRequest>),
    resource: ({ DeletionTaskId }, { principal: { account } }) => {
      const [, , service = "*", name = "*"] = DeletionTaskId.split("/");
      const path = `${serviceLinkedPath}${service}/`;
      return { arn: entityArn({ account, kind: "role", path, name }), account };
    },
    access: "Read",
    errors: ["NoSuchEntity"],
    async handle(
      input,
      { ports, caller },
    ): Promise<QueryWire<GetServiceLinkedRoleDeletionStatusResponse>> {
      checkDeletionTask(ports, caller.principal.account, input.DeletionTaskId);
      return { Status: "SUCCEEDED" };
    },
  },
);
