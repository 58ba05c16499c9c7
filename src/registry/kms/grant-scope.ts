import { createHash } from "node:crypto";
import type { EncryptionContext, KmsGrant } from "./kms-key.ts";

/** The scope of grants that may fit any request. */
export const anyScope = "";

type GrantForm = Pick<KmsGrant, "operations" | "constraints">;

/**
 * Under what a grant is found: one pair of encryption context that a request must have for the grant to
 * fit it, shortened; `anyScope` where it asks for none. A key can have tens of thousands of grants, each
 * for another repository: a decision looks only at those whose pair the request has.
 */
export function grantScope({ operations, constraints }: GrantForm): string {
  // Constraints do not speak of what has no encryption context.
  if (operations.includes("DescribeKey")) return anyScope;
  const wanted = { ...constraints.encryptionContextEquals, ...constraints.encryptionContextSubset };
  const [first] = Object.keys(wanted).toSorted();
  return first === undefined ? anyScope : scopeOf(first, wanted[first] ?? "");
}

/** Every scope whose grants may fit a request with this encryption context. */
export function scopesOf(context: EncryptionContext): string[] {
  return [anyScope, ...Object.entries(context).map(([key, value]) => scopeOf(key, value))];
}

function scopeOf(key: string, value: string): string {
  const pair = JSON.stringify([key, value]);
  return createHash("sha256").update(pair).digest("base64url");
}
