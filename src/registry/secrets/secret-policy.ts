import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { toShownPrincipals, toStoredPrincipals } from "../identity/stored-principals.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import type { PolicyDocument, Statement } from "../policy/policy-document.ts";
import { changeSecret } from "./change-secret.ts";
import { requireKept } from "./find-secret.ts";
import type { Secret, SecretRef } from "./secret.ts";

/** What a policy is not good for. Source: Secrets Manager, ValidationErrorsEntry. */
export interface PolicyFault {
  readonly check: "PolicySyntax" | "PolicyPrincipal" | "PublicPolicy";
  readonly sentence: string;
}

interface CheckedPolicy {
  /** As it is stored. */
  readonly text: string | undefined;
  readonly fault: PolicyFault | undefined;
  readonly isPublic: boolean;
}

/** A policy as it is to be stored: users and roles in it by their unique ids; or what is wrong with it. */
export async function checkSecretPolicy(
  ports: Pick<Ports, "metadata">,
  text: string,
): Promise<CheckedPolicy> {
  const { document, failure } = parsePolicy(text, "secret");
  if (failure !== undefined) return faulty("PolicySyntax", failure.sentence);
  const stored = await toStoredPrincipals(ports, document);
  if (stored.text === undefined) {
    return faulty("PolicyPrincipal", "This resource policy contains an unsupported principal.");
  }
  return { text: stored.text, fault: undefined, isPublic: letsAnybodyIn(document) };
}

function faulty(check: PolicyFault["check"], sentence: string): CheckedPolicy {
  return { text: undefined, fault: { check, sentence }, isPublic: false };
}

/**
 * Replaces the policy of the secret.
 * @throws MalformedPolicyDocument, PublicPolicy where it must not let just anybody in
 * @throws ResourceNotFound, InvalidRequest
 */
export async function putSecretPolicy(
  ports: Pick<Ports, "metadata">,
  ref: SecretRef,
  text: string,
  { blockPublic }: { readonly blockPublic: boolean },
): Promise<Secret> {
  const { text: policy, fault, isPublic } = await checkSecretPolicy(ports, text);
  if (fault !== undefined) throw new RegistryError("MalformedPolicyDocument", fault.sentence);
  if (blockPublic && isPublic) throw new RegistryError("PublicPolicy", publicSentence);
  return changeSecret(ports, ref, (secret) => ({ ...requireKept(secret), policy }));
}

export const publicSentence = "The resource policy grants broad access to your secret.";

/** @throws ResourceNotFound, InvalidRequest */
export function deleteSecretPolicy(
  ports: Pick<Ports, "metadata">,
  ref: SecretRef,
): Promise<Secret> {
  return changeSecret(ports, ref, (secret) => ({ ...requireKept(secret), policy: undefined }));
}

/** As people read it. */
export async function shownSecretPolicy(
  ports: Pick<Ports, "metadata">,
  { policy }: Secret,
): Promise<string | undefined> {
  return policy === undefined ? undefined : toShownPrincipals(ports, policy);
}

/** Conditions on these say who or from where, unless their values are for everybody. */
const limiting = new Set([
  ...["aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"],
  ...["aws:sourceaccount", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:userid"],
  ...["aws:username", "aws:sourceowner", "aws:sourceip", "aws:vpcsourceip"],
]);

function letsAnybodyIn({ statements }: PolicyDocument): boolean {
  return statements.some((statement) => {
    const { effect, principal } = statement;
    if (effect !== "Allow" || principal === undefined) return false;
    const everybody = principal.negated || principal.values.get("AWS")?.includes("*") === true;
    return everybody && !isLimited(statement);
  });
}

function isLimited({ conditions }: Statement): boolean {
  return conditions.some(
    ({ operator, key, values }) =>
      limiting.has(key.toLowerCase()) &&
      !/not|null|ifexists/i.test(operator) &&
      values.every((value) => !["*", "0.0.0.0/0", "::/0"].includes(value)),
  );
}
