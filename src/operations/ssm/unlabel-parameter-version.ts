import type {
  UnlabelParameterVersionRequest,
  UnlabelParameterVersionResult,
} from "@aws-sdk/client-ssm";
import { unlabelVersion } from "../../registry/parameters/change-parameter.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedParameter, oneParameter } from "./parameter-target.ts";
import { labels, parameterName, version } from "./shapes.ts";

/** Takes labels from a version. */
export const unlabelParameterVersion = operation("ssm:UnlabelParameterVersion", {
  input: request({
    Name: parameterName,
    ParameterVersion: version,
    Labels: labels,
  } satisfies Members<UnlabelParameterVersionRequest>),
  resource: namedParameter,
  access: "Write",
  errors: ["ParameterNotFound", "ParameterVersionNotFound"],
  async handle(input, context): Promise<Wire<UnlabelParameterVersionResult>> {
    const parameter = await oneParameter(input, context);
    const { ParameterVersion, Labels } = input;
    const done = await unlabelVersion(context.ports, parameter, ParameterVersion, Labels);
    return { RemovedLabels: [...done.labels], InvalidLabels: [...done.invalid] };
  },
});
