import { randomBytes } from "node:crypto";
import { sealWith } from "../../registry/kms/ciphertext.ts";
import { type EncryptionContext, kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { requireUsable } from "../../registry/kms/require-usable.ts";
import { keyMaterialId } from "../../registry/kms/rotate-key.ts";
import type { HandlerContext } from "../operation.ts";
import { keyOf } from "./key-target.ts";
import { checkGrantTokens, dataKeyBytes, endDryRun } from "./use.ts";

interface DataKeyInput {
  readonly EncryptionContext: EncryptionContext;
  readonly NumberOfBytes?: number | undefined;
  readonly KeySpec?: "AES_128" | "AES_256" | undefined;
  readonly GrantTokens: readonly string[];
  readonly DryRun: boolean;
}

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
