import { limits } from "../limits.ts";
import { splitArnPattern } from "./arn-pattern.ts";
import type { LintSubject } from "./lint-subject.ts";
import type { PolicyFinding } from "./policy-finding.ts";
import type { PlacedStatement, PlacedText } from "./policy-text.ts";

interface Fault {
  readonly code: "blank-in-arn" | "arn-form";
  readonly severity: PolicyFinding["severity"];
  readonly sentence: string;
  readonly meant: string | undefined;
}

/** Faults of the ARNs in `Resource`, `NotResource` and the principals. */
export function lintResources({ policy }: LintSubject): PolicyFinding[] {
  const findings: PolicyFinding[] = [];
  const add = (statement: PlacedStatement, element: string, text: PlacedText, fault?: Fault) => {
    if (fault === undefined || findings.length >= limits.policyFindings) return;
    const { code, severity, sentence, meant } = fault;
    const corrected = meant === undefined ? undefined : policy.replaced(text, meant);
    const line = policy.line(text.start);
    const place = { statement: statement.index, element, line };
    findings.push({ code, severity, sentence, ...place, corrected });
  };
  for (const statement of policy.statements) {
    const { members } = statement;
    for (const element of ["Resource", "NotResource"]) {
      for (const text of policy.texts(members, element)) {
        add(statement, element, text, blankFault(text.value) ?? formFault(text.value));
      }
    }
    for (const element of ["Principal", "NotPrincipal"]) {
      const principal = members.get(element);
      if (!(principal instanceof Map)) continue;
      for (const text of policy.texts(principal, "AWS")) {
        add(statement, element, text, blankFault(text.value));
      }
    }
  }
  return findings;
}

/** Services whose resources have no blanks in their names. */
const withoutBlanks = new Set(["", "ecr", "ecr-public", "iam", "kms", "sts"]);

function blankFault(arn: string): Fault | undefined {
  // A variable may name a tag whose key has blanks.
  const plain = arn.replace(/\$\{[^{}]*\}/g, "");
  if (!/\s/.test(plain)) return undefined;
  const service = splitArnPattern(arn, true)[2]?.trim() ?? "";
  const meant = arn
    .split(/(\$\{[^{}]*\})/)
    .map((piece) => (piece.startsWith("${") ? piece : piece.replace(/\s+/g, "")))
    .join("");
  if (!withoutBlanks.has(service) && plain.trim() === plain) return undefined;
  const sentence = `'${arn}' has a blank in it and matches nothing`;
  return { code: "blank-in-arn", severity: "error", sentence, meant };
}

/** An ARN of ECR or IAM that no resource can have. */
function formFault(arn: string): Fault | undefined {
  const parts = splitArnPattern(arn, true);
  const [prefix, partition = "", service = "", region = "", account = "", resource = ""] = parts;
  if (prefix !== "arn" || parts.length < 6) return undefined;
  const fault = (sentence: string, ...meant: string[]): Fault => ({
    code: "arn-form",
    severity: "error",
    sentence: `'${arn}' matches nothing: ${sentence}`,
    meant: meant.length === 0 ? undefined : ["arn", partition, service, ...meant].join(":"),
  });
  if (service === "ecr") {
    const named = repositoryPath(resource);
    if (region === "") return fault("an ARN of ECR names a region", "*", account, named);
    if (account === "") return fault("an ARN of ECR names an account", region, "*", named);
    if (named !== resource) {
      return fault("the resources of ECR are repositories", region, account, named);
    }
  }
  if ((service === "ecr-public" || service === "iam") && region !== "") {
    const name = service === "iam" ? "IAM" : "ECR Public";
    return fault(`an ARN of ${name} names no region`, "", account, resource);
  }
  return undefined;
}

/** `repository/name` for what may have been meant; patterns that reach repositories stay. */
function repositoryPath(resource: string): string {
  const fixed = /^[^*?$]*/.exec(resource)![0];
  const start = "repository/";
  if (fixed.startsWith(start) || (fixed !== resource && start.startsWith(fixed))) return resource;
  return start + resource.replace(/^repositor(?:y|ies)?[:/]?/, "").replace(/^\/+/, "");
}
