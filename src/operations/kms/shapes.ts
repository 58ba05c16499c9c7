/**
 * The members that inputs of KMS are made of, with its bounds and enumerations. Source: KMS API
 * reference.
 */
import { z } from "zod";
import { kmsLimits } from "../../registry/kms/kms-limits.ts";

export const keyId = z.string().min(1).max(2048);
export const aliasName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z0-9:/_-]+$/);
export const description = z.string().max(8192);
export const policyName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w]+$/);
export const policy = z.string().min(1).max(131_072);

export const tags = z
  .array(z.object({ TagKey: z.string().min(1).max(128), TagValue: z.string().max(256) }))
  .max(200);
export const tagKeys = z.array(z.string().min(1).max(128)).max(200);

export const encryptionContext = z.record(z.string(), z.string());
export const grantTokens = z
  .array(z.string().min(1).max(8192))
  .max(kmsLimits.grantTokens)
  .default([]);
export const grantToken = z.string().min(1).max(8192);
export const grantId = z.string().min(1).max(128);
export const grantName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z0-9:/_-]+$/);
export const principal = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w+=,.@:/-]+$/);

export const dryRun = z.boolean().default(false);
export const dryRunModifiers = z.array(z.enum(["IGNORE_CIPHERTEXT"])).optional();

export const encryptionAlgorithm = z
  .enum(["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"])
  .default("SYMMETRIC_DEFAULT");
export const dataKeySpec = z.enum(["AES_128", "AES_256"]).optional();
export const numberOfBytes = z.int().min(1).max(kmsLimits.randomBytes).optional();
export const recipient = z
  .object({
    KeyEncryptionAlgorithm: z.string().optional(),
    AttestationDocument: z.string().optional(),
  })
  .optional();
export const customKeyStoreId = z.string().min(1).max(64).optional();

/** Bytes, which AWS JSON writes in base64. */
export function blob(minimum: number, maximum: number) {
  return z
    .string()
    .max(Math.ceil(maximum / 3) * 4 + 4)
    .transform((text, context): Buffer => {
      const bytes = Buffer.from(text, "base64");
      const refuse = (message: string) => {
        context.addIssue({ code: "custom", message });
        return z.NEVER;
      };
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return refuse("Member must be base64");
      if (bytes.length < minimum) {
        return refuse(`Member must have length greater than or equal to ${minimum}`);
      }
      if (bytes.length <= maximum) return bytes;
      return refuse(`Member must have length less than or equal to ${maximum}`);
    });
}

export const plaintext = blob(1, kmsLimits.plaintextBytes);
export const ciphertext = blob(1, kmsLimits.ciphertextBytes);

export const marker = z.string().min(1).max(1024).optional();

export function pageLimit(maximum: number) {
  return z.int().min(1).max(maximum).optional();
}
