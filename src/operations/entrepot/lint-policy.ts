import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { knownActions } from "../../registry/policy/known-actions.ts";
import { correctPolicy, lintPolicy as lint } from "../../registry/policy/lint-policy.ts";
import type { PolicyFinding } from "../../registry/policy/policy-finding.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** What is wrong with a policy. */
export interface FindingAnswer extends Pick<PolicyFinding, "code" | "severity" | "sentence"> {
  /** From 1; absent where the whole document is meant. */
  readonly statement: number | undefined;
  /** `Action` and the like; absent where the whole statement is meant. */
  readonly element: string | undefined;
  /** From 1. */
  readonly line: number;
}

export interface LintAnswer {
  readonly findings: readonly FindingAnswer[];
  /** The policy with everything mended that can be; absent where nothing can. */
  readonly correctedDocument: string | undefined;
}

/** Kinds of policies that people write. */
const lintedKinds = [
  ...(["identity", "managed", "boundary", "session"] as const),
  ...(["trust", "repository", "registry"] as const),
];
export type LintedPolicyKind = (typeof lintedKinds)[number];

/** Says what is wrong with a policy before it is put anywhere, and how it would be right. */
export const lintPolicy = operation("entrepot:LintPolicy", {
  input: request({
    policyDocument: z.string().min(1).max(limits.identityPolicyCharacters),
    policyKind: z.enum(lintedKinds).default("identity"),
  }),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  access: "Read",
  errors: ["InvalidParameter"],
  async handle({ policyDocument, policyKind }): Promise<LintAnswer> {
    const findings = lint(policyDocument, policyKind, knownActions);
    const corrected = correctPolicy(policyDocument, policyKind, knownActions);
    return {
      findings: findings.map(findingAnswer),
      correctedDocument: corrected === policyDocument ? undefined : corrected,
    };
  },
});

function findingAnswer(finding: PolicyFinding): FindingAnswer {
  const { code, severity, sentence, statement, element, line } = finding;
  const counted = statement === undefined ? undefined : statement + 1;
  return { code, severity, sentence, statement: counted, element, line };
}
