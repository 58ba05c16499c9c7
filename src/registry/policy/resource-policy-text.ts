import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, type RegistryError } from "../errors.ts";
import { toShownPrincipals, toStoredPrincipals } from "../identity/stored-principals.ts";
import { limits } from "../limits.ts";
import { parseStrictJson } from "../strict-json.ts";
import { formatPolicy } from "./format-policy.ts";
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
  kind: Extract<PolicyKind, "repository" | "public-repository" | "registry" | "registry-v1">,
): Promise<string> {
  const { document, failure } = parsePolicy(text, kind);
  if (failure !== undefined) {
    const what = kind === "repository" || kind === "public-repository" ? "repository" : "registry";
    const where = failure.path === "" ? "" : ` ${failure.path}:`;
    const refusal = policyRefusal(`Invalid ${what} policy provided`);
    refusal.message += `.${where} ${failure.sentence}`;
    throw refusal;
  }
  const stored = await toStoredPrincipals(ports, document);
  if (stored.text === undefined) throw policyRefusal("Principal not found");
  return stored.text;
}

/** A stored policy as ECR writes it: principals by name, in ECR's layout (docs/differences.md). */
export async function shownPolicyText(
  ports: Pick<Ports, "metadata">,
  stored: string,
): Promise<string> {
  const text = await toShownPrincipals(ports, stored);
  return formatPolicy(parseStrictJson(text, limits.jsonDepth, new Set()));
}

/** ECR's sentence for a policy that it does not take. Source: ECR API, SetRepositoryPolicy. */
export function policyRefusal(constraint: string): RegistryError {
  return invalidParameter("PolicyText", constraint);
}
