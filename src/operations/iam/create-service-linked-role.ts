import type {
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse,
} from "@aws-sdk/client-iam";
import { serviceLinkedPath } from "../../registry/identity/protected-role.ts";
import {
  createServiceLinkedRole as create,
  serviceRoles,
} from "../../registry/identity/service-linked-roles.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { roleAnswer } from "./role-answer.ts";
import { roleDescription, serviceName } from "./role-shapes.ts";
import { name, request } from "./shapes.ts";

/** Makes the role that one of ECR's services acts with in the account. */
export const createServiceLinkedRole = operation("iam:CreateServiceLinkedRole", {
  input: request({
    AWSServiceName: serviceName,
    Description: roleDescription.default(""),
    CustomSuffix: name("customSuffix", 64).optional(),
  } satisfies Members<CreateServiceLinkedRoleRequest>),
  resource: ({ AWSServiceName }, { principal: { account } }) => {
    const role = serviceRoles.get(AWSServiceName)?.name ?? "*";
    return {
      arn: `arn:aws:iam::${account}:role${serviceLinkedPath}${AWSServiceName}/${role}`,
      account,
    };
  },
  conditions: ({ AWSServiceName }) => ({ "iam:AWSServiceName": AWSServiceName }),
  access: "Write",
  errors: ["InvalidInput", "LimitExceeded"],
  async handle(input, { ports, caller }): Promise<QueryWire<CreateServiceLinkedRoleResponse>> {
    const role = await create(ports, caller.principal.account, {
      service: input.AWSServiceName,
      suffix: input.CustomSuffix,
      description: input.Description,
    });
    return { Role: await roleAnswer(ports, role) };
  },
});
