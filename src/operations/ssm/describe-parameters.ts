import type { DescribeParametersRequest, DescribeParametersResult } from "@aws-sdk/client-ssm";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { type Parameter, parameterArn } from "../../registry/parameters/parameter.ts";
import { parameterFits } from "../../registry/parameters/parameter-filters.ts";
import { parameterLimits } from "../../registry/parameters/parameter-limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { versionFacts } from "./answers.ts";
import { fittingParameters } from "./fitting-parameters.ts";
import { parameterPage } from "./page.ts";
import { anyResource, ownRegistry } from "./parameter-target.ts";
import { nextToken, pageSize, parameterFilters } from "./shapes.ts";

/** What is known of parameters beside their values. */
export const describeParameters = operation("ssm:DescribeParameters", {
  input: request({
    Filters: z
      .array(
        z.object({
          Key: z.enum(["Name", "Type", "KeyId"]),
          Values: z.array(z.string().min(1).max(1024)).min(1).max(parameterLimits.filterValues),
        }),
      )
      .max(parameterLimits.filters)
      .default([]),
    ParameterFilters: parameterFilters,
    MaxResults: pageSize(parameterLimits.page),
    NextToken: nextToken,
    Shared: z.boolean().default(false),
  } satisfies Members<DescribeParametersRequest>),
  resource: anyResource,
  access: "List",
  errors: [
    "InvalidFilterKey",
    "InvalidFilterOption",
    "InvalidFilterValue",
    "InvalidParameterToken",
  ],
  async handle(input, { ports, caller }): Promise<Wire<DescribeParametersResult>> {
    const { Filters, ParameterFilters, Shared } = input;
    if (Filters.length > 0 && ParameterFilters.length > 0) {
      const sentence = "You can use either Filters or ParameterFilters in a single request.";
      throw new RegistryError("Validation", sentence);
    }
    // Nobody shares a parameter with another account here.
    if (Shared) return { Parameters: [] };
    const older = Filters.map((filter) => ({ ...filter, Option: "Equals" }));
    const filters = [...ParameterFilters, ...older].map(({ Key, Option, Values }) => ({
      ...{ key: Key, option: Option, values: Values },
    }));
    const fits = parameterFits(filters, { byPath: false });
    const registry = ownRegistry(caller);
    const listing = {
      ...{ operation: "DescribeParameters", registry, narrowedBy: [JSON.stringify(filters)] },
      fetch: (page: Parameters<typeof fittingParameters>[3]) =>
        fittingParameters(ports, registry, { fits }, page),
      key: ({ name }: Parameter) => name,
    };
    const { items, end } = await parameterPage(ports, listing, input);
    const entries = items.map((parameter) => ({
      ...versionFacts(parameter.name, parameter.version, parameter.settings),
      ARN: parameterArn(parameter),
    }));
    return { Parameters: entries, ...end };
  },
});
