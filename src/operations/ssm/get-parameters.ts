import type {
  GetParametersRequest,
  GetParametersResult,
  Parameter as ParameterEntry,
} from "@aws-sdk/client-ssm";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { openParameter, selectedVersion } from "../../registry/parameters/parameter-value.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { type HandlerContext, operation } from "../operation.ts";
import { parameterEntry } from "./answers.ts";
import {
  firstParameter,
  lookUpSelected,
  otherParameters,
  selectedParameter,
} from "./parameter-target.ts";
import { isSecretReference, readSecretReference } from "./secret-reference.ts";
import { parameterNames, withDecryption } from "./shapes.ts";

const name = "ssm:GetParameters";

/** Several parameters; those that are not there are told by their names. */
export const getParameters = operation(name, {
  input: request({
    Names: parameterNames,
    WithDecryption: withDecryption,
  } satisfies Members<GetParametersRequest>),
  resource: firstParameter(selectedParameter),
  further: otherParameters(selectedParameter, name),
  access: "Read",
  errors: ["InvalidKeyId"],
  async handle({ Names, WithDecryption }, context): Promise<Wire<GetParametersResult>> {
    if (new Set(Names).size < Names.length) {
      throw new RegistryError("Validation", "Duplicated parameter names are not allowed.");
    }
    const found: Wire<ParameterEntry>[] = [];
    const invalid: string[] = [];
    for (const each of Names) {
      const entry = await read(each, context, WithDecryption);
      if (entry === undefined) invalid.push(each);
      else found.push(entry);
    }
    return { Parameters: found, InvalidParameters: invalid };
  },
});

const absent = ["ParameterNotFound", "ParameterVersionNotFound", "ResourceNotFound"] as const;

/** `undefined` for one that is not there. */
async function read(
  Name: string,
  context: HandlerContext,
  isOpen: boolean,
): Promise<Wire<ParameterEntry> | undefined> {
  const { ports, caller } = context;
  try {
    if (isSecretReference(Name)) return await readSecretReference(Name, context, isOpen);
    const { parameter, selector } = await lookUpSelected({ Name }, context);
    if (parameter === undefined) return undefined;
    const version = await selectedVersion(ports, parameter, selector);
    const value = await openParameter(ports, caller, parameter, version, isOpen);
    return parameterEntry(parameter, version, value, selector);
  } catch (error) {
    if (absent.some((kind) => isRegistryError(error, kind))) return undefined;
    throw error;
  }
}
