import type {
  GetParameterHistoryRequest,
  GetParameterHistoryResult,
  ParameterHistory,
} from "@aws-sdk/client-ssm";
import type { PageRequest } from "../../ports/page-request.ts";
import type { ParameterVersion } from "../../registry/parameters/parameter.ts";
import { parameterLimits } from "../../registry/parameters/parameter-limits.ts";
import { openParameter } from "../../registry/parameters/parameter-value.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { historyEntry } from "./answers.ts";
import { parameterPage } from "./page.ts";
import { namedParameter, oneParameter } from "./parameter-target.ts";
import { nextToken, pageSize, parameterName, withDecryption } from "./shapes.ts";

/** The versions of a parameter with their values, from the oldest. */
export const getParameterHistory = operation("ssm:GetParameterHistory", {
  input: request({
    Name: parameterName,
    WithDecryption: withDecryption,
    MaxResults: pageSize(parameterLimits.page),
    NextToken: nextToken,
  } satisfies Members<GetParameterHistoryRequest>),
  resource: namedParameter,
  access: "Read",
  errors: ["InvalidKeyId", "InvalidParameterToken", "ParameterNotFound"],
  async handle(input, context): Promise<Wire<GetParameterHistoryResult>> {
    const { ports, caller } = context;
    const parameter = await oneParameter(input, context);
    const { registry, name } = parameter;
    const listing = {
      ...{ operation: "GetParameterHistory", registry, narrowedBy: [name] },
      fetch: ({ after, limit }: PageRequest<string>) =>
        ports.metadata.parameters.versions(parameter, { after: Number(after ?? 0), limit }),
      key: ({ version }: ParameterVersion) => String(version),
    };
    const { items, end } = await parameterPage(ports, listing, input);
    const entries: Wire<ParameterHistory>[] = [];
    for (const version of items) {
      const isOpen = input.WithDecryption;
      const value = await openParameter(ports, caller, parameter, version, isOpen);
      entries.push(historyEntry(parameter, version, value));
    }
    return { Parameters: entries, ...end };
  },
});
