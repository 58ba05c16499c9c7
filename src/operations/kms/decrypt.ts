import type { DecryptRequest, DecryptResponse } from "@aws-sdk/client-kms";
import { openWith, parseCiphertext } from "../../registry/kms/ciphertext.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { requireUsable } from "../../registry/kms/require-usable.ts";
import { keyMaterialId } from "../../registry/kms/rotate-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { openingKey, requireOpeningKey } from "./ciphertext-target.ts";
import { useConditions } from "./key-target.ts";
import {
  ciphertext,
  dryRun,
  dryRunModifiers,
  encryptionAlgorithm,
  encryptionContext,
  grantTokens,
  keyId,
  recipient,
} from "./shapes.ts";
import {
  checkGrantTokens,
  endDryRun,
  requireNoModifiers,
  requireNoRecipient,
  requireSymmetric,
} from "./use.ts";

/** Opens what a version of the key sealed, in the same encryption context. */
export const decrypt = operation("kms:Decrypt", {
  input: request({
    CiphertextBlob: ciphertext,
    EncryptionContext: encryptionContext.default({}),
    GrantTokens: grantTokens,
    KeyId: keyId.optional(),
    EncryptionAlgorithm: encryptionAlgorithm,
    Recipient: recipient,
    DryRun: dryRun,
    DryRunModifiers: dryRunModifiers,
  } satisfies Members<DecryptRequest>),
  resource: ({ KeyId, CiphertextBlob, EncryptionContext }, caller, environment) =>
    openingKey(KeyId, CiphertextBlob, caller, environment, EncryptionContext),
  conditions: useConditions,
  access: "Write",
  errors: [
    ...(["Disabled", "DryRunOperation", "IncorrectKey", "InvalidCiphertext"] as const),
    ...(["InvalidGrantToken", "InvalidKeyUsage", "KmsInvalidState", "NotFound"] as const),
    "UnsupportedOperation",
  ],
  async handle(input, { ports, caller, target }): Promise<Wire<DecryptResponse>> {
    checkGrantTokens(ports, input.GrantTokens);
    requireNoRecipient(input.Recipient);
    requireNoModifiers(input.DryRunModifiers);
    requireSymmetric(input.EncryptionAlgorithm);
    const { KeyId, CiphertextBlob: blob, EncryptionContext: context } = input;
    const key = await requireOpeningKey(KeyId, blob, target, caller, { ports });
    requireUsable(key);
    const parsed = parseCiphertext(blob);
    const plaintext = await openWith(ports, key, parsed, context);
    endDryRun(input.DryRun);
    return {
      KeyId: kmsKeyArn(key),
      Plaintext: Buffer.from(plaintext).toString("base64"),
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      KeyMaterialId: keyMaterialId({ key, version: parsed.version }),
    };
  },
});
