import { kmsValidation } from "./kms-error.ts";
import type { EncryptionContext } from "./kms-key.ts";
import { kmsLimits } from "./kms-limits.ts";

/**
 * @throws Validation for a context that is too large, and for keys that differ in case alone: conditions
 *   of policies know no case and could not tell them apart
 */
export function checkEncryptionContext(
  context: EncryptionContext,
  member = "encryptionContext",
): void {
  const keys = Object.keys(context);
  if (canonicalContext(context).length > kmsLimits.contextBytes) {
    const constraint = `Member must have length less than or equal to ${kmsLimits.contextBytes}`;
    throw kmsValidation(member, "", constraint);
  }
  if (new Set(keys.map((key) => key.toLowerCase())).size < keys.length) {
    // Differs from KMS: see docs/differences.md.
    throw kmsValidation(
      member,
      keys.join(", "),
      "Member must not have keys that differ in case alone",
    );
  }
}

/** One spelling for equal contexts, whatever the order of their keys: what ciphertext is bound to. */
export function canonicalContext(context: EncryptionContext): Buffer {
  const pieces: Buffer[] = [];
  for (const key of Object.keys(context).toSorted()) {
    for (const text of [key, context[key] ?? ""]) {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      pieces.push(length, bytes);
    }
  }
  return Buffer.concat(pieces);
}

/** What a context says to conditions of policies. Source: KMS, "AWS KMS condition keys". */
export function contextConditions(
  context: EncryptionContext,
): Readonly<Record<string, string | readonly string[]>> {
  const pairs = Object.entries(context);
  if (pairs.length === 0) return {};
  const values = pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value] as const);
  return { ...Object.fromEntries(values), "kms:EncryptionContextKeys": Object.keys(context) };
}
