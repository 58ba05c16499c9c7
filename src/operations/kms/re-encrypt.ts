import type { ReEncryptRequest, ReEncryptResponse } from "@aws-sdk/client-kms";
import { invariant } from "../../registry/errors.ts";
import { openWith, parseCiphertext, sealWith } from "../../registry/kms/ciphertext.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { requireUsable } from "../../registry/kms/require-usable.ts";
import { keyMaterialId } from "../../registry/kms/rotate-key.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { openingKey, requireOpeningKey } from "./ciphertext-target.ts";
import { anyKey, keyOf, useConditions } from "./key-target.ts";
import {
  ciphertext,
  dryRun,
  dryRunModifiers,
  encryptionAlgorithm,
  encryptionContext,
  grantTokens,
  keyId,
} from "./shapes.ts";
import { checkGrantTokens, endDryRun, requireNoModifiers, requireSymmetric } from "./use.ts";

/** Seals with another key what one sealed, or in another context; the plaintext stays here. */
export const reEncrypt = operation("kms:ReEncrypt", {
  input: request({
    CiphertextBlob: ciphertext,
    SourceEncryptionContext: encryptionContext.default({}),
    SourceKeyId: keyId.optional(),
    DestinationKeyId: keyId,
    DestinationEncryptionContext: encryptionContext.default({}),
    SourceEncryptionAlgorithm: encryptionAlgorithm,
    DestinationEncryptionAlgorithm: encryptionAlgorithm,
    GrantTokens: grantTokens,
    DryRun: dryRun,
    DryRunModifiers: dryRunModifiers,
  } satisfies Members<ReEncryptRequest>),
  action: "kms:ReEncryptFrom",
  resource: (input, caller, environment) =>
    openingKey(
      input.SourceKeyId,
      input.CiphertextBlob,
      caller,
      environment,
      input.SourceEncryptionContext,
    ),
  further: async (input, caller, environment) => {
    const { DestinationKeyId: keyId, DestinationEncryptionContext: context } = input;
    const resource = await anyKey(keyId, caller, environment, context);
    return [{ action: "kms:ReEncryptTo", resource }];
  },
  conditions: ({ DestinationKeyId, DestinationEncryptionAlgorithm: EncryptionAlgorithm }) =>
    useConditions({ KeyId: DestinationKeyId, EncryptionAlgorithm }),
  access: "Write",
  errors: [
    ...(["Disabled", "DryRunOperation", "IncorrectKey", "InvalidCiphertext"] as const),
    ...(["InvalidGrantToken", "InvalidKeyUsage", "KmsInvalidState", "NotFound"] as const),
    "UnsupportedOperation",
  ],
  async handle(input, { ports, caller, target, furtherTargets }): Promise<Wire<ReEncryptResponse>> {
    checkGrantTokens(ports, input.GrantTokens);
    requireNoModifiers(input.DryRunModifiers);
    requireSymmetric(input.SourceEncryptionAlgorithm);
    requireSymmetric(input.DestinationEncryptionAlgorithm);
    const { CiphertextBlob: blob } = input;
    const source = await requireOpeningKey(input.SourceKeyId, blob, target, caller, { ports });
    // Not what the request calls it: an alias may have moved since the caller was allowed its key.
    const [destination] = furtherTargets;
    invariant(destination !== undefined, "a ReEncrypt has a destination");
    const key = await keyOf(ports, caller, destination);
    for (const each of [source, key]) requireUsable(each);
    const parsed = parseCiphertext(blob);
    const plaintext = await openWith(ports, source, parsed, input.SourceEncryptionContext);
    endDryRun(input.DryRun);
    const sealed = await sealWith(ports, key, plaintext, input.DestinationEncryptionContext);
    return {
      CiphertextBlob: sealed.toString("base64"),
      SourceKeyId: kmsKeyArn(source),
      KeyId: kmsKeyArn(key),
      SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      SourceKeyMaterialId: keyMaterialId({ key: source, version: parsed.version }),
      DestinationKeyMaterialId: keyMaterialId({ key, version: key.version }),
    };
  },
});
