import type { GetParameterRequest, GetParameterResult } from "@aws-sdk/client-ssm";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { requireParameter } from "../../registry/parameters/find-parameter.ts";
import { openParameter, selectedVersion } from "../../registry/parameters/parameter-value.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { parameterEntry } from "./answers.ts";
import { lookUpSelected, selectedParameter } from "./parameter-target.ts";
import { isSecretReference, readSecretReference } from "./secret-reference.ts";
import { parameterName, withDecryption } from "./shapes.ts";

/** A parameter by its name or ARN, maybe of a version or a label; also a secret by its name here. */
export const getParameter = operation("ssm:GetParameter", {
  input: request({
    Name: parameterName,
    WithDecryption: withDecryption,
  } satisfies Members<GetParameterRequest>),
  resource: selectedParameter,
  access: "Read",
  errors: ["InvalidKeyId", "ParameterNotFound", "ParameterVersionNotFound"],
  async handle({ Name, WithDecryption }, context): Promise<Wire<GetParameterResult>> {
    const { ports, caller } = context;
    if (isSecretReference(Name)) {
      try {
        return { Parameter: await readSecretReference(Name, context, WithDecryption) };
      } catch (error) {
        if (!isRegistryError(error, "ResourceNotFound")) throw error;
        throw new RegistryError("ParameterNotFound", error.message);
      }
    }
    const { parameter: found, selector } = await lookUpSelected({ Name }, context);
    const parameter = requireParameter(found);
    const version = await selectedVersion(ports, parameter, selector);
    const value = await openParameter(ports, caller, parameter, version, WithDecryption);
    return { Parameter: parameterEntry(parameter, version, value, selector) };
  },
});
