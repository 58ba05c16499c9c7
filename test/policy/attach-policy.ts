import { compilePolicy } from "../../src/registry/policy/compile-policy.ts";
import { parsePolicy } from "../../src/registry/policy/parse-policy.ts";
import type { PolicyDocument, PolicyKind } from "../../src/registry/policy/policy-document.ts";
import type { Attached } from "../../src/registry/policy/policy-request.ts";

/** The document of a policy that is right; a test that writes a wrong one fails here. */
export function policyDocument(policy: string | object, kind: PolicyKind): PolicyDocument {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy, undefined, 2);
  const { document, failure } = parsePolicy(text, kind);
  if (document === undefined) {
    throw new Error(`${failure.sentence} ${failure.path} ${failure.detail}\n${text}`);
  }
  return document;
}

export function attachPolicy(policy: object, kind: PolicyKind, source = "test"): Attached {
  return { source, type: kind, compiled: compilePolicy(policyDocument(policy, kind)) };
}

/** An identity policy of these statements. */
export function identityPolicy(...statements: object[]): Attached {
  return attachPolicy({ Version: "2012-10-17", Statement: statements }, "identity");
}

/** A repository policy of these statements. */
export function repositoryPolicy(...statements: object[]): Attached {
  return attachPolicy({ Version: "2012-10-17", Statement: statements }, "repository");
}
