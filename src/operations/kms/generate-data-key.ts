import type { GenerateDataKeyRequest, GenerateDataKeyResponse } from "@aws-sdk/client-kms";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { dataKeyMembers, generatedKey } from "./generated-key.ts";
import { anyKey, useConditions } from "./key-target.ts";
import { recipient } from "./shapes.ts";
import { requireNoRecipient } from "./use.ts";

/** A fresh data key, plain and sealed, bound to the encryption context. */
export const generateDataKey = operation("kms:GenerateDataKey", {
  input: request({
    ...dataKeyMembers,
    Recipient: recipient,
  } satisfies Members<GenerateDataKeyRequest>),
  resource: ({ KeyId, EncryptionContext }, caller, environment) =>
    anyKey(KeyId, caller, environment, EncryptionContext),
  conditions: ({ KeyId }) => useConditions({ KeyId }),
  access: "Write",
  errors: [
    "Disabled",
    "DryRunOperation",
    "InvalidGrantToken",
    "KmsInvalidState",
    "NotFound",
    "UnsupportedOperation",
  ],
  async handle(input, context): Promise<Wire<GenerateDataKeyResponse>> {
    requireNoRecipient(input.Recipient);
    const { plain, answer } = await generatedKey(input, context);
    return { ...answer, Plaintext: plain.toString("base64") };
  },
});
