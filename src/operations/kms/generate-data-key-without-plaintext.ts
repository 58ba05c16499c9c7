import type { GenerateDataKeyWithoutPlaintextResponse } from "@aws-sdk/client-kms";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { dataKeyMembers, generatedKey } from "./generated-key.ts";
import { anyKey, useConditions } from "./key-target.ts";

/** A fresh data key, sealed alone, bound to the encryption context. */
export const generateDataKeyWithoutPlaintext = operation("kms:GenerateDataKeyWithoutPlaintext", {
  input: request(dataKeyMembers),
  resource: ({ KeyId, EncryptionContext }, caller, environment) =>
    anyKey(KeyId, caller, environment, EncryptionContext),
  conditions: ({ KeyId }) => useConditions({ KeyId }),
  access: "Write",
  errors: ["Disabled", "DryRunOperation", "InvalidGrantToken", "KmsInvalidState", "NotFound"],
  async handle(input, context): Promise<Wire<GenerateDataKeyWithoutPlaintextResponse>> {
    return (await generatedKey(input, context)).answer;
  },
});
