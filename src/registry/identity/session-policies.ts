import { deflateRawSync } from "node:zlib";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { managedPolicyDocument } from "./granted-policies.ts";
import type { SessionClaims } from "./stored-credential.ts";

/**
 * Policies that a new session is to be limited by: a document of its own, and managed policies of the
 * account that it is in, or AWS's.
 * @throws MalformedPolicyDocument; Validation for a policy that is not there
 */
export async function sessionPolicyClaims(
  ports: Pick<Ports, "metadata">,
  account: AccountId,
  { document, arns }: { readonly document: string | undefined; readonly arns: readonly string[] },
): Promise<Pick<SessionClaims, "policies" | "policyArns">> {
  if (document !== undefined) {
    const { failure } = parsePolicy(document, "session");
    if (failure !== undefined) throw new RegistryError("MalformedPolicyDocument", failure.sentence);
  }
  for (const arn of arns) {
    if ((await managedPolicyDocument(ports, account, arn)) !== undefined) continue;
    throw new RegistryError(
      "Validation",
      `The policy ${arn} does not exist in account ${account}.`,
    );
  }
  return { policies: document === undefined ? [] : [document], policyArns: [...new Set(arns)] };
}

/**
 * How much of the room for policies and tags a session takes, in percent, as PackedPolicySize says;
 * `undefined` where it has neither. AWS does not tell how it packs; here it is deflate.
 * @throws PackedPolicyTooLarge
 */
export function packedPolicyPercent(
  claims: Pick<SessionClaims, "policies" | "policyArns" | "tags">,
): number | undefined {
  const { policies, policyArns, tags } = claims;
  const hasPolicies = policies.length + policyArns.length > 0;
  if (!hasPolicies && tags.length === 0) return undefined;
  const texts = [...policies, ...policyArns, ...tags.flatMap(({ key, value }) => [key, value])];
  const packed = deflateRawSync(texts.join("\0"));
  const percent = Math.max(1, Math.ceil((packed.length * 100) / limits.packedPolicyBytes));
  if (percent <= 100) return percent;
  throw new RegistryError(
    "PackedPolicyTooLarge",
    hasPolicies
      ? `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`
      : `Packed size of session tags consumes ${percent}% of allotted space.`,
  );
}
