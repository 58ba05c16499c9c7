import type { DeleteParameterRequest } from "@aws-sdk/client-ssm";
import { deleteParameter as remove } from "../../registry/parameters/change-parameter.ts";
import { requireParameter } from "../../registry/parameters/find-parameter.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedParameter, oneParameter } from "./parameter-target.ts";
import { parameterName } from "./shapes.ts";

/** Removes a parameter with all of its versions. */
export const deleteParameter = operation("ssm:DeleteParameter", {
  input: request({ Name: parameterName } satisfies Members<DeleteParameterRequest>),
  resource: namedParameter,
  access: "Write",
  errors: ["ParameterNotFound"],
  async handle(input, context): Promise<Record<string, never>> {
    const parameter = await oneParameter(input, context);
    const isRemoved = await remove(context.ports, parameter);
    requireParameter(isRemoved ? parameter : undefined);
    return {};
  },
});
