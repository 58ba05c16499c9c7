import type { Ports } from "../../ports/ports.ts";
import { findPasswordPolicy } from "../../registry/identity/password-policy.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Attached } from "../../registry/policy/policy-request.ts";

/**
 * What a password policy lets every user of its account do, as a policy of the resource: looking at it
 * and changing the own password. Source: IAM, "Allow IAM users to change their own passwords".
 */
export async function allowedByPasswordPolicy(
  ports: Pick<Ports, "metadata" | "memory">,
  { principal }: Caller,
): Promise<readonly Attached[]> {
  const policy = await findPasswordPolicy(ports, principal.account);
  if (policy?.usersMayChange !== true || principal.type !== "User") return [];
  const text = JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { AWS: principal.uniqueId },
      Action: ["iam:ChangePassword", "iam:GetAccountPasswordPolicy"],
      Resource: "*",
    },
  });
  const source = "password policy of the account";
  // Of the kinds of resources' policies this is the one that may name any action.
  const compiled = ports.memory.access.documents.compile("key", text);
  return [{ source, type: "account password policy", compiled }];
}
