import { randomBytes } from "node:crypto";
import type { GenerateDataKeyWithoutPlaintextRequest } from "@aws-sdk/client-kms";
import type { z } from "zod";
import { sealWith } from "../../registry/kms/ciphertext.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { requireUsable } from "../../registry/kms/require-usable.ts";
import { keyMaterialId } from "../../registry/kms/rotate-key.ts";
import type { Members } from "../members.ts";
import type { HandlerContext } from "../operation.ts";
import { keyOf } from "./key-target.ts";
import {
  dataKeySpec,
  dryRun,
  encryptionContext,
  grantTokens,
  keyId,
  numberOfBytes,
} from "./shapes.ts";
import { checkGrantTokens, dataKeyBytes, endDryRun } from "./use.ts";

/** What both take. */
export const dataKeyMembers = {
  KeyId: keyId,
  EncryptionContext: encryptionContext.default({}),
  NumberOfBytes: numberOfBytes,
  KeySpec: dataKeySpec,
  GrantTokens: grantTokens,
  DryRun: dryRun,
} satisfies Members<GenerateDataKeyWithoutPlaintextRequest>;

type DataKeyInput = z.output<z.ZodObject<typeof dataKeyMembers>>;

/** A fresh data key and how both operations that make one answer. */
export async function generatedKey(input: DataKeyInput, { ports, caller, target }: HandlerContext) {
  checkGrantTokens(ports, input.GrantTokens);
  const length = dataKeyBytes(input);
  const key = await keyOf(ports, caller, target);
  requireUsable(key);
  endDryRun(input.DryRun);
  const plain = randomBytes(length);
  const sealed = await sealWith(ports, key, plain, input.EncryptionContext);
  const answer = {
    CiphertextBlob: sealed.toString("base64"),
    KeyId: kmsKeyArn(key),
    KeyMaterialId: keyMaterialId({ key, version: key.version }),
  };
  return { plain, answer };
}
