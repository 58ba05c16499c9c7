import { RegistryError } from "../../registry/errors.ts";
import { type GrantedPolicy, simulatorName } from "../../registry/identity/granted-policies.ts";
import { compilePolicy } from "../../registry/policy/compile-policy.ts";
import { parsePolicy } from "../../registry/policy/parse-policy.ts";
import type { PolicyDocument, PolicyKind } from "../../registry/policy/policy-document.ts";
import type { Attached } from "../../registry/policy/policy-request.ts";

/** A policy under the name that the policy simulator tells it by. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: string;
}

/**
 * A policy of an identity as the simulator shows it.
 * @throws InvalidInput for a text that is none
 */
export function identityPolicy({ name, document }: NamedPolicy): Attached {
  return attached(name, "IAM Policy", parsed(document, ["identity"]));
}

/** A policy that an entity has, by the name that the simulator gives it. */
export function grantedPolicy(policy: GrantedPolicy): NamedPolicy {
  return { name: simulatorName(policy), document: policy.document };
}

/** Policies of a request, named for the member that they came in. */
export function inputPolicies(member: string, documents: readonly string[]): NamedPolicy[] {
  return documents.map((document, index) => ({ name: `${member}.${index + 1}`, document }));
}

/**
 * The boundary of a request; there is one at most.
 * @throws InvalidInput
 */
export function inputBoundary(documents: readonly string[]): NamedPolicy | undefined {
  if (documents.length > 1) {
    throw invalidInput("PermissionsBoundaryPolicyInputList must have at most one policy.");
  }
  return inputPolicies("PermissionsBoundaryPolicyInputList", documents)[0];
}

/**
 * The policy of a resource of whatever service.
 * @throws InvalidInput
 */
export function resourcePolicy(document: string): Attached {
  return attached("ResourcePolicy", "Resource Policy", parsed(document, resourceKinds));
}

/** Repositories and roles are what need not be named in their own policies; keys and all else are. */
const resourceKinds: readonly PolicyKind[] = ["repository", "trust", "key"];

/** @throws InvalidInput for a text that is no policy of an identity */
export function identityDocument(text: string): PolicyDocument {
  return parsed(text, ["identity"]);
}

function parsed(text: string, kinds: readonly PolicyKind[]): PolicyDocument {
  let sentence = "";
  for (const kind of kinds) {
    const { document, failure } = parsePolicy(text, kind);
    if (document !== undefined) return document;
    sentence = failure.sentence;
  }
  throw invalidInput(sentence);
}

function attached(source: string, type: string, document: PolicyDocument): Attached {
  return { source, type, compiled: compilePolicy(document) };
}

function invalidInput(sentence: string): RegistryError {
  return new RegistryError("InvalidInput", sentence);
}
