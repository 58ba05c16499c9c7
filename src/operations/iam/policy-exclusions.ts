import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import type { GrantedPolicy } from "../../registry/identity/granted-policies.ts";
import { compilePattern } from "../../registry/policy/text-pattern.ts";
import { list } from "./shapes.ts";

const policyTypes = [
  "aws-managed",
  "inline",
  "permission-boundary",
  "rcp",
  "scp",
  "user-managed",
] as const;

const identifier = z.object({
  PolicyType: z.enum(policyTypes).optional(),
  PolicyArn: z.string().min(20).max(2048).optional(),
  InlinePolicyIdentifier: z
    .object({
      PolicyName: z.string().min(1).max(128),
      AttachmentType: z.enum(["USER", "GROUP", "ROLE"]),
      AttachmentName: z.string().min(1).max(128),
    })
    .optional(),
});

/** Policies that a simulation is to be without. Source: IAM API, PolicyIdentifier. */
export const policyExclusionList = list(identifier);

/**
 * Which policies of an entity an exclusion does not mean; of a boundary, `isBoundary` says that it is one.
 * @throws InvalidInput for an identifier that says nothing, too much, or nothing well formed
 */
export function exclusionFilter(
  identifiers: z.output<typeof policyExclusionList>,
): (policy: GrantedPolicy, isBoundary?: boolean) => boolean {
  const means = identifiers.map(meaning);
  return (policy, isBoundary = false) => !means.some((each) => each(policy, isBoundary));
}

type Meaning = (policy: GrantedPolicy, isBoundary: boolean) => boolean;

function meaning(given: z.output<typeof identifier>): Meaning {
  const { PolicyType: type, PolicyArn: arn, InlinePolicyIdentifier: inline } = given;
  if ([type, arn, inline].filter((member) => member !== undefined).length !== 1) {
    throw invalid("A PolicyIdentifier has exactly one member.");
  }
  if (arn !== undefined) {
    const fits = arnPattern(arn);
    return (policy) => policy.kind !== "inline" && fits(policy.arn);
  }
  if (inline !== undefined) {
    const { PolicyName, AttachmentType } = inline;
    const fits = pattern(inline.AttachmentName);
    return (policy) =>
      policy.kind === "inline" &&
      policy.name === PolicyName &&
      policy.owner.kind === AttachmentType.toLowerCase() &&
      fits(policy.owner.name);
  }
  // There are no policies of organizations here, so that nothing is meant by those types.
  return (policy, isBoundary) => type === (isBoundary ? "permission-boundary" : policy.kind);
}

function arnPattern(arn: string): (text: string) => boolean {
  if (!/^arn:aws:iam::(?:aws|[0-9]{12}):policy\/[^:]+$/.test(arn)) {
    throw invalid(`Invalid PolicyArn: ${arn}`);
  }
  return pattern(arn);
}

/** At most one "*", and any number of "?". */
function pattern(text: string): (text: string) => boolean {
  if (text.split("*").length > 2) throw invalid(`${text} has more than one wildcard (*).`);
  const compiled = compilePattern(text, { variables: false, wildcards: true });
  const nothing = new Map<string, string>();
  return (value) => compiled.matches(value, nothing);
}

function invalid(sentence: string): RegistryError {
  return new RegistryError("InvalidInput", sentence);
}
