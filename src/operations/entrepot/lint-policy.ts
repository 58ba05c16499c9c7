import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { knownActions } from "../../registry/policy/known-actions.ts";
import { lintPolicy as lint } from "../../registry/policy/lint-policy.ts";
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
    const findings = lint(policyDocument, policyKind, { knownActions });
    return {
      findings: findings.map(findingAnswer),
      correctedDocument: corrected(policyDocument, policyKind, findings),
    };
  },
});

function findingAnswer(finding: PolicyFinding): FindingAnswer {
  const { code, severity, sentence, statement, element, line } = finding;
  const counted = statement === undefined ? undefined : statement + 1;
  return { code, severity, sentence, statement: counted, element, line };
}

/** One finding after the other is mended, until there is none left that can be. */
function corrected(
  document: string,
  kind: LintedPolicyKind,
  first: readonly PolicyFinding[],
): string | undefined {
  const seen = new Set([document]);
  let text = document;
  let findings = first;
  for (let mended = 0; mended < limits.policyFindings; mended += 1) {
    const next = findings.find((each) => each.corrected !== undefined && !seen.has(each.corrected));
    if (next?.corrected === undefined) break;
    text = next.corrected;
    seen.add(text);
    findings = lint(text, kind, { knownActions });
  }
  return text === document ? undefined : text;
}
