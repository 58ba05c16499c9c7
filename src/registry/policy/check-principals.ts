import type { StatementDraft } from "./parse-statement.ts";
import type { PrincipalType } from "./policy-document.ts";
import type { KindRules } from "./policy-kinds.ts";
import { PolicyRefusal } from "./policy-refusal.ts";

const iamArn =
  /^arn:aws(?:-[a-z-]+)?:iam::\d{12}:(?:root|(?:user|role)\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,128})$/;
const sessionArn =
  /^arn:aws(?:-[a-z-]+)?:sts::\d{12}:(?:assumed-role\/[\w+=,.@-]{1,64}|federated-user)\/[\w+=,.@-]{1,64}$/;
const uniqueId = /^A[A-Z]{3}[A-Z0-9]{12,124}(?::[\w+=,.@-]{1,64})?$/;
const account = /^\d{12}$/;
const service = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}$/;
const provider =
  /^(?:arn:aws(?:-[a-z-]+)?:iam::\d{12}:(?:oidc|saml)-provider\/)?[\w.:/+=,@-]{1,255}$/;

const shapes: Readonly<Record<PrincipalType, readonly RegExp[]>> = {
  AWS: [iamArn, sessionArn, uniqueId, account],
  Service: [service],
  Federated: [provider],
};

/**
 * Principals by their form alone: whether they exist is for those who know them. A wildcard stands
 * only for everyone; groups are no principals.
 * @throws PolicyRefusal
 */
export function checkPrincipals({ principal, path }: StatementDraft, rules: KindRules): void {
  if (principal === undefined) return;
  const element = `${path}.${principal.negated ? "NotPrincipal" : "Principal"}`;
  if (rules.principal === "forbidden") {
    const sentence = "Policy document should not specify a principal.";
    throw new PolicyRefusal("forbidden", sentence, element);
  }
  for (const [type, values] of principal.values) {
    for (const value of values) {
      if (type === "AWS" && value === "*") continue;
      if (shapes[type].some((shape) => shape.test(value))) continue;
      const sentence = `Invalid principal in policy: "${type.toUpperCase()}":"${value}"`;
      throw new PolicyRefusal("grammar", sentence, `${element}.${type}`);
    }
  }
}
