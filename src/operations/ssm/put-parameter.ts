import type { PutParameterRequest, PutParameterResult } from "@aws-sdk/client-ssm";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { withParameterTags } from "../../registry/parameters/change-parameter.ts";
import { putParameter as put } from "../../registry/parameters/put-parameter.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { keyArn, lookUp, namedParameter } from "./parameter-target.ts";
import {
  allowedPattern,
  description,
  keyId,
  parameterName,
  parameterType,
  parameterValue,
  tags,
  tier,
} from "./shapes.ts";

/** Makes a parameter, or gives it another value. */
export const putParameter = operation("ssm:PutParameter", {
  input: request({
    Name: parameterName,
    Description: description,
    Value: parameterValue,
    Type: parameterType.optional(),
    KeyId: keyId,
    Overwrite: z.boolean().default(false),
    AllowedPattern: allowedPattern,
    Tags: tags.default([]),
    Tier: tier,
    Policies: z.string().optional(),
    DataType: z.string().max(128).optional(),
  } satisfies Members<PutParameterRequest>),
  resource: namedParameter,
  conditions: ({ Overwrite, Tags }) => ({
    "ssm:Overwrite": String(Overwrite),
    ...tagConditions(Tags),
  }),
  further: ({ Tags }, _caller, _environment, resource) =>
    Tags.length === 0 ? [] : [{ action: "ssm:AddTagsToResource", resource }],
  access: "Write",
  errors: [
    "HierarchyLevelLimitExceeded",
    "HierarchyTypeMismatch",
    "InvalidAllowedPattern",
    "InvalidKeyId",
    "InvalidPolicyType",
    "ParameterAlreadyExists",
    "ParameterLimitExceeded",
    "ParameterMaxVersionLimitExceeded",
    "ParameterPatternMismatch",
    "UnsupportedParameterType",
  ],
  async handle(input, context): Promise<Wire<PutParameterResult>> {
    const { ports, caller } = context;
    requireSupported(input);
    const { ref } = await lookUp(input, context);
    const { version, settings } = await put(ports, caller, ref, {
      ...{ value: input.Value, type: input.Type, description: input.Description },
      ...{ overwrite: input.Overwrite, allowedPattern: input.AllowedPattern, tier: input.Tier },
      keyArn: await keyArn({ ports, caller }, input.KeyId),
      tags: withParameterTags([], input.Tags),
    });
    return { Version: version, Tier: settings.tier };
  },
});

/** @throws Validation, InvalidPolicyType, UnsupportedParameterType */
function requireSupported({
  Policies = "",
  DataType = "text",
  Overwrite,
  Tags,
}: {
  readonly Policies?: string | undefined;
  readonly DataType?: string | undefined;
  readonly Overwrite: boolean;
  readonly Tags: readonly unknown[];
}): void {
  if (Overwrite && Tags.length > 0) {
    throw new RegistryError(
      "Validation",
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  if (!["", "[]", "[{}]"].includes(Policies.trim())) {
    throw new RegistryError("InvalidPolicyType", "Parameter policies are not supported.");
  }
  if (DataType === "text") return;
  const sentence = `The data type ${DataType} is not supported: text is.`;
  throw new RegistryError("UnsupportedParameterType", sentence);
}
