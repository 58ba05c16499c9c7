import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import type { PolicyDocument, PolicyKind } from "../policy/policy-document.ts";

/**
 * A document that an account puts into IAM.
 * @throws MalformedPolicyDocument in IAM's words
 */
export function checkPolicy(text: string, kind: PolicyKind): PolicyDocument {
  const { document, failure } = parsePolicy(text, kind);
  if (document !== undefined) return document;
  throw new RegistryError("MalformedPolicyDocument", failure.sentence);
}

/**
 * A document of a managed policy.
 * @throws MalformedPolicyDocument, LimitExceeded
 */
export function checkManagedPolicy(text: string): PolicyDocument {
  const document = checkPolicy(text, "managed");
  const quota = limits.managedPolicyCharacters;
  if (countedCharacters(text) > quota) throw quotaExceeded("PolicySize", quota);
  return document;
}

/** IAM's quotas do not count white space. Source: IAM, "IAM and AWS STS quotas". */
export function countedCharacters(text: string): number {
  return text.replace(/\s/g, "").length;
}

/** IAM's sentence for one more than there may be. */
export function quotaExceeded(quota: string, limit: number): RegistryError {
  return new RegistryError("LimitExceeded", `Cannot exceed quota for ${quota}: ${limit}`);
}
