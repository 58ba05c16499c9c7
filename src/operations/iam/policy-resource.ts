import { RegistryError } from "../../registry/errors.ts";
import { parsePolicyArn, policyArn } from "../../registry/identity/managed-policy.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";
import { tagValues } from "./entity-resource.ts";

interface PolicyInput {
  readonly PolicyArn: string;
}

const ofAws = "arn:aws:iam::aws:policy/";

/**
 * The policy to be looked at. AWS's own are every account's to read.
 * @throws InvalidInput for what is no ARN of a policy
 */
export async function policyResource(
  { PolicyArn }: PolicyInput,
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  const { account } = caller.principal;
  if (PolicyArn.startsWith(ofAws)) return { arn: PolicyArn, account };
  const named = requirePolicyArn(PolicyArn);
  if (named.account !== account) return { arn: PolicyArn, account: named.account };
  const policy = await ports.metadata.identity.policies.find(account, named.name);
  if (policy === undefined || policyArn(policy) !== PolicyArn) return { arn: PolicyArn, account };
  return { arn: PolicyArn, account, conditions: new Map(tagValues(policy.tags)) };
}

/**
 * The policy to be changed: AWS's own are nobody's to change, and so another account's.
 * @throws InvalidInput for what is no ARN of a policy
 */
export function changedPolicyResource(
  input: PolicyInput,
  caller: Caller,
  environment: Environment,
): Resource | Promise<Resource> {
  const { PolicyArn } = input;
  if (PolicyArn.startsWith(ofAws)) return { arn: PolicyArn, account: "aws" as AccountId };
  return policyResource(input, caller, environment);
}

/** The policy as the registry takes it. */
export function policyOf(caller: Caller, { PolicyArn }: PolicyInput) {
  return { account: caller.principal.account, arn: PolicyArn };
}

/** @throws InvalidInput */
function requirePolicyArn(arn: string): { account: AccountId; path: string; name: string } {
  const named = parsePolicyArn(arn);
  if (named !== undefined) return named;
  throw new RegistryError("InvalidInput", `ARN ${arn} is not valid.`);
}

/** @throws InvalidInput for what is no ARN of a managed policy, AWS's own among them */
export function requireManagedPolicyArn(arn: string): void {
  if (!arn.startsWith(ofAws)) requirePolicyArn(arn);
}
