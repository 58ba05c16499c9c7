import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { toShownPrincipals, toStoredPrincipals } from "../identity/stored-principals.ts";
import { limits } from "../limits.ts";
import type { Registry } from "../names.ts";
import { formatPolicy } from "../policy/format-policy.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { parseStrictJson } from "../strict-json.ts";
import { accountRoot } from "./key-access.ts";

/**
 * A key policy as it is stored: users and roles in it by their unique ids.
 * @throws MalformedPolicyDocument for what is none, and where it names a user or role that is not there
 * @throws LimitExceeded
 */
export async function checkedKeyPolicy(
  ports: Pick<Ports, "metadata">,
  text: string,
): Promise<string> {
  const { document, failure } = parsePolicy(text, "key");
  if (failure?.fault === "too-long") throw new RegistryError("LimitExceeded", failure.sentence);
  if (failure !== undefined) throw malformed(failure.sentence);
  const stored = await toStoredPrincipals(ports, document);
  if (stored.text === undefined) {
    throw malformed("Policy contains a statement with one or more invalid principals.");
  }
  return stored.text;
}

/** A stored key policy as KMS writes it: principals by name. */
export async function shownKeyPolicy(
  ports: Pick<Ports, "metadata">,
  stored: string,
): Promise<string> {
  const text = await toShownPrincipals(ports, stored);
  return formatPolicy(parseStrictJson(text, limits.jsonDepth, new Set()));
}

/** The policy of a key that was made without one: it leaves the key to identity policies. */
export function defaultKeyPolicy({ account }: Registry): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        ...{ Sid: "Enable IAM User Permissions", Effect: "Allow" },
        Principal: { AWS: accountRoot(account) },
        ...{ Action: "kms:*", Resource: "*" },
      },
    ],
  });
}

/**
 * The policy of a key that is a service's in the account: whoever may use the service has the key by way
 * of it, and nobody changes the key. Source: KMS, "AWS managed keys", and the key policy of aws/ecr.
 */
export function serviceKeyPolicy({ account, region }: Registry, service: string): string {
  const name = service.toUpperCase();
  return JSON.stringify({
    Version: "2012-10-17",
    Id: `auto-${service}-1`,
    Statement: [
      {
        Sid: `Allow access through ${name} for all principals in the account that are authorized to use ${name}`,
        ...{ Effect: "Allow", Principal: { AWS: "*" } },
        Action: [
          ...["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
          ...["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"],
        ],
        Resource: "*",
        Condition: {
          StringEquals: {
            "kms:CallerAccount": account,
            "kms:ViaService": `${service}.${region}.amazonaws.com`,
          },
        },
      },
      {
        ...{ Sid: "Allow direct access to key metadata to the account", Effect: "Allow" },
        Principal: { AWS: accountRoot(account) },
        Action: ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        Resource: "*",
      },
    ],
  });
}

function malformed(sentence: string): RegistryError {
  return new RegistryError("MalformedPolicyDocument", sentence);
}
