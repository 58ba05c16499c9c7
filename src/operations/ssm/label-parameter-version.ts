import type {
  LabelParameterVersionRequest,
  LabelParameterVersionResult,
} from "@aws-sdk/client-ssm";
import { labelVersion } from "../../registry/parameters/change-parameter.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedParameter, oneParameter } from "./parameter-target.ts";
import { labels, parameterName, version } from "./shapes.ts";

/** Attaches labels to a version, by default to the newest. */
export const labelParameterVersion = operation("ssm:LabelParameterVersion", {
  input: request({
    Name: parameterName,
    ParameterVersion: version.optional(),
    Labels: labels,
  } satisfies Members<LabelParameterVersionRequest>),
  resource: namedParameter,
  access: "Write",
  errors: ["ParameterNotFound", "ParameterVersionLabelLimitExceeded", "ParameterVersionNotFound"],
  async handle(input, context): Promise<Wire<LabelParameterVersionResult>> {
    const parameter = await oneParameter(input, context);
    const { ParameterVersion, Labels } = input;
    const done = await labelVersion(context.ports, parameter, ParameterVersion, Labels);
    return { InvalidLabels: [...done.invalid], ParameterVersion: done.version };
  },
});
