import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, type RegistryError } from "../errors.ts";
import { toStoredPrincipals } from "../identity/stored-principals.ts";
import { parsePolicy } from "./parse-policy.ts";
import type { PolicyKind } from "./policy-document.ts";

/**
 * A policy of a repository or registry as it is stored: its principals by their unique ids.
 * @throws InvalidParameter in ECR's words for what is no such policy, or names a user or role that
 *   there is not
 */
export async function checkedPolicyText(
  ports: Pick<Ports, "metadata">,
  text: string,
  kind: Extract<PolicyKind, "repository" | "registry" | "registry-v1">,
): Promise<string> {
  const { document, failure } = parsePolicy(text, kind);
  if (failure !== undefined) {
    const what = kind === "repository" ? "repository" : "registry";
    const where = failure.path === "" ? "" : ` ${failure.path}:`;
    const refusal = policyRefusal(`Invalid ${what} policy provided`);
    refusal.message += `.${where} ${failure.sentence}`;
    throw refusal;
  }
  const { text: stored, unknown } = await toStoredPrincipals(ports, document);
  if (unknown.length > 0) throw policyRefusal("Principal not found");
  return stored;
}

/** ECR's sentence for a policy that it does not take. Source: ECR API, SetRepositoryPolicy. */
export function policyRefusal(constraint: string): RegistryError {
  return invalidParameter("PolicyText", constraint);
}
