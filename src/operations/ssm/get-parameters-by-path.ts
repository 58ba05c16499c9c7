import type {
  GetParametersByPathRequest,
  GetParametersByPathResult,
  Parameter as ParameterEntry,
} from "@aws-sdk/client-ssm";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import type { Parameter } from "../../registry/parameters/parameter.ts";
import { isBelow, parameterFits } from "../../registry/parameters/parameter-filters.ts";
import { parameterLimits } from "../../registry/parameters/parameter-limits.ts";
import { openParameter, selectedVersion } from "../../registry/parameters/parameter-value.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { parameterEntry } from "./answers.ts";
import { fittingParameters } from "./fitting-parameters.ts";
import { parameterPage } from "./page.ts";
import { namedParameter, ownRegistry } from "./parameter-target.ts";
import { nextToken, pageSize, parameterFilters, parameterName, withDecryption } from "./shapes.ts";

/** The parameters of a hierarchy: of its next level, or of all. Who may have the path has all below it. */
export const getParametersByPath = operation("ssm:GetParametersByPath", {
  input: request({
    Path: parameterName,
    Recursive: z.boolean().default(false),
    ParameterFilters: parameterFilters,
    WithDecryption: withDecryption,
    MaxResults: pageSize(parameterLimits.pathPage),
    NextToken: nextToken,
  } satisfies Members<GetParametersByPathRequest>),
  // With a slash behind it, a path is the same one: policies name it without.
  resource: ({ Path }, caller, environment) =>
    namedParameter({ Name: Path.replace(/(?<=.)\/$/, "") }, caller, environment),
  conditions: ({ Recursive }) => ({ "ssm:Recursive": String(Recursive) }),
  access: "Read",
  errors: [
    "InvalidFilterKey",
    "InvalidFilterOption",
    "InvalidFilterValue",
    "InvalidKeyId",
    "InvalidParameterToken",
  ],
  async handle(input, { ports, caller }): Promise<Wire<GetParametersByPathResult>> {
    const { Path: path, Recursive, ParameterFilters, WithDecryption } = input;
    requirePath(path);
    const filters = ParameterFilters.map(({ Key: key, Option: option, Values: values }) => ({
      ...{ key, option, values },
    }));
    const filtered = parameterFits(filters, { byPath: true });
    const fits = (one: Parameter) => isBelow(one.name, path, Recursive) && filtered(one);
    const registry = ownRegistry(caller);
    const listing = {
      ...{ operation: "GetParametersByPath", registry },
      narrowedBy: [path, JSON.stringify([Recursive, ParameterFilters])],
      fetch: (page: Parameters<typeof fittingParameters>[3]) =>
        fittingParameters(ports, registry, { path, fits }, page),
      key: ({ name }: Parameter) => name,
    };
    const { items, end } = await parameterPage(ports, listing, input);
    const label = filters.find(({ key }) => key === "Label")?.values;
    const found: Wire<ParameterEntry>[] = [];
    for (const parameter of items) {
      // By its label, a version is meant, and not the newest one.
      const selector = label?.find((each) => parameter.labels.has(each));
      const version = await selectedVersion(ports, parameter, selector);
      const value = await openParameter(ports, caller, parameter, version, WithDecryption);
      found.push(parameterEntry(parameter, version, value, selector));
    }
    return { Parameters: found, ...end };
  },
});

/** @throws Validation */
function requirePath(path: string): void {
  if (/^\/[a-zA-Z0-9_.\-/]*$/.test(path)) return;
  throw new RegistryError(
    "Validation",
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".',
  );
}
