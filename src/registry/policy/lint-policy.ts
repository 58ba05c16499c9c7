import { limits } from "../limits.ts";
import { lintActions } from "./lint-actions.ts";
import { lintDocument } from "./lint-document.ts";
import { lintResources } from "./lint-resources.ts";
import type { LintSubject } from "./lint-subject.ts";
import { knownKeys, parsePolicy } from "./parse-policy.ts";
import type { ParsedPolicy, PolicyKind } from "./policy-document.ts";
import type { FindingCode, PolicyFinding } from "./policy-finding.ts";
import { readPolicyText } from "./policy-text.ts";

/**
 * What is wrong with a policy, or hardly what its author means, with the corrected text wherever
 * that can be told. Works on policies that would be refused, too. Findings come in the order of
 * the text, and at most `limits.policyFindings` of them.
 */
export function lintPolicy(
  text: string,
  kind: PolicyKind,
  knownActions: readonly string[],
): PolicyFinding[] {
  const parsed = parsePolicy(text, kind);
  const refused = refusal(parsed);
  const tooLong = parsed.failure?.fault === "too-long";
  const policy = tooLong ? undefined : readPolicyText(text, knownKeys);
  if (policy === undefined) return refused === undefined ? [] : [refused];
  const subject: LintSubject = { kind, policy, parsed, knownActions };
  const findings = [
    ...(refused === undefined ? [] : [refused]),
    ...lintDocument(subject),
    ...lintActions(subject),
    ...lintResources(subject),
  ];
  return findings.sort((a, b) => a.line - b.line).slice(0, limits.policyFindings);
}

function refusal({ failure }: ParsedPolicy): PolicyFinding | undefined {
  if (failure === undefined) return undefined;
  const { sentence, detail, path, position } = failure;
  const [, statement, element] = /^Statement(?:\[(\d+)\])?(?:\.(\w+))?/.exec(path) ?? [];
  return {
    code: "invalid-policy",
    severity: "error",
    sentence: detail === undefined ? sentence : `${sentence} (${detail})`,
    statement: statement === undefined ? undefined : Number(statement),
    element: element ?? (/^\w+$/.test(path) ? path : undefined),
    line: position?.line ?? 1,
    corrected: undefined,
  };
}

/**
 * The policy with everything mended that `lintPolicy` can mend, one finding after the other, but
 * for notes, which are no faults. The text itself if there is nothing to mend.
 */
export function correctPolicy(
  text: string,
  kind: PolicyKind,
  knownActions: readonly string[],
): string {
  let corrected = text;
  for (let round = 0; round < limits.policyFindings; round++) {
    const findings = lintPolicy(corrected, kind, knownActions).filter(
      (finding) => finding.severity !== "note" && finding.corrected !== undefined,
    );
    // What a policy leaves out can be told only once it says what it means.
    const next = findings.find(({ code }) => !omissions.has(code)) ?? findings[0];
    if (next?.corrected === undefined || next.corrected === corrected) break;
    corrected = next.corrected;
  }
  return corrected;
}

const omissions: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "incomplete-push",
  "incomplete-pull",
  "push-without-pull",
  "missing-authorization-token",
]);
