import type { EncryptRequest, EncryptResponse } from "@aws-sdk/client-kms";
import { sealWith } from "../../registry/kms/ciphertext.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { requireUsable } from "../../registry/kms/require-usable.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyKey, keyOf, useConditions } from "./key-target.ts";
import {
  dryRun,
  encryptionAlgorithm,
  encryptionContext,
  grantTokens,
  keyId,
  plaintext,
} from "./shapes.ts";
import { checkGrantTokens, endDryRun, requireSymmetric } from "./use.ts";

/** Seals up to 4,096 bytes, bound to the encryption context. */
export const encrypt = operation("kms:Encrypt", {
  input: request({
    KeyId: keyId,
    Plaintext: plaintext,
    EncryptionContext: encryptionContext.default({}),
    GrantTokens: grantTokens,
    EncryptionAlgorithm: encryptionAlgorithm,
    DryRun: dryRun,
  } satisfies Members<EncryptRequest>),
  resource: ({ KeyId, EncryptionContext }, caller, environment) =>
    anyKey(KeyId, caller, environment, EncryptionContext),
  conditions: useConditions,
  access: "Write",
  errors: [
    "Disabled",
    "DryRunOperation",
    "InvalidGrantToken",
    "InvalidKeyUsage",
    "KmsInvalidState",
    "NotFound",
  ],
  async handle(input, { ports, caller, target }): Promise<Wire<EncryptResponse>> {
    checkGrantTokens(ports, input.GrantTokens);
    requireSymmetric(input.EncryptionAlgorithm);
    const key = await keyOf(ports, caller, target);
    requireUsable(key);
    endDryRun(input.DryRun);
    const sealed = await sealWith(ports, key, input.Plaintext, input.EncryptionContext);
    return {
      CiphertextBlob: sealed.toString("base64"),
      KeyId: kmsKeyArn(key),
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    };
  },
});
