import type {
  GenerateDataKeyWithoutPlaintextRequest,
  GenerateDataKeyWithoutPlaintextResponse,
} from "@aws-sdk/client-kms";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { generatedKey } from "./generated-key.ts";
import { anyKey, useConditions } from "./key-target.ts";
import {
  dataKeySpec,
  dryRun,
  encryptionContext,
  grantTokens,
  keyId,
  numberOfBytes,
} from "./shapes.ts";

/** A fresh data key, sealed alone, bound to the encryption context. */
export const generateDataKeyWithoutPlaintext = operation("kms:GenerateDataKeyWithoutPlaintext", {
  input: request({
    KeyId: keyId,
    EncryptionContext: encryptionContext.default({}),
    NumberOfBytes: numberOfBytes,
    KeySpec: dataKeySpec,
    GrantTokens: grantTokens,
    DryRun: dryRun,
  } satisfies Members<GenerateDataKeyWithoutPlaintextRequest>),
  resource: ({ KeyId, EncryptionContext }, caller, environment) =>
    anyKey(KeyId, caller, environment, EncryptionContext),
  conditions: ({ KeyId }) => useConditions({ KeyId }),
  access: "Write",
  errors: ["Disabled", "DryRunOperation", "InvalidGrantToken", "KmsInvalidState", "NotFound"],
  async handle(input, context): Promise<Wire<GenerateDataKeyWithoutPlaintextResponse>> {
    return (await generatedKey(input, context)).answer;
  },
});
