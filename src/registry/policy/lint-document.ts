import { compilePolicy } from "./compile-policy.ts";
import type { CompiledPolicy, CompiledStatement } from "./compiled-policy.ts";
import type { LintSubject } from "./lint-subject.ts";
import type { FindingCode, PolicyFinding } from "./policy-finding.ts";
import { kindRules } from "./policy-kinds.ts";

const pushActions = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:InitiateLayerUpload",
  "ecr:UploadLayerPart",
  "ecr:CompleteLayerUpload",
  "ecr:PutImage",
];
const pullActions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const tokenAction = "ecr:GetAuthorizationToken";

/** Faults of the policy as a whole: its version, whom it opens to, and what it leaves out. */
export function lintDocument(subject: LintSubject): PolicyFinding[] {
  const findings = [...lintVersion(subject), ...lintEveryone(subject)];
  const { document } = subject.parsed;
  if (document === undefined || subject.kind === "trust" || subject.kind === "key") return findings;
  const compiled = compilePolicy(document);
  return [...findings, ...lintPushAndPull(subject, compiled), ...lintToken(subject, compiled)];
}

function lintVersion({ policy }: LintSubject): PolicyFinding[] {
  const version = policy.json.get("Version");
  if (version === "2012-10-17") return [];
  const place = policy.place(policy.json, "Version");
  const whole = { statement: undefined, element: "Version", line: policy.line(place?.start ?? 0) };
  const usesVariables = /\$\{[^{}]*\}/.test(policy.text);
  if (place === undefined) {
    const corrected = policy.withFirstMember("Version", "2012-10-17");
    const sentence = usesVariables
      ? "Without a Version of 2012-10-17, ${…} is no variable but text"
      : "Version is missing; 2008-10-17 is assumed";
    const severity = usesVariables ? "error" : "warning";
    return [{ code: "missing-version", severity, sentence, ...whole, corrected }];
  }
  const corrected = policy.replaced(place, "2012-10-17");
  if (version !== "2008-10-17") {
    const sentence = "Version is a version of the policy language: 2012-10-17";
    return [{ code: "wrong-version", severity: "error", sentence, ...whole, corrected }];
  }
  if (!usesVariables) return [];
  const sentence = "In Version 2008-10-17, ${…} is no variable but text";
  return [{ code: "wrong-version", severity: "error", sentence, ...whole, corrected }];
}

function lintEveryone({ policy, kind }: LintSubject): PolicyFinding[] {
  if (kindRules[kind].principal !== "required") return [];
  return policy.statements.flatMap((statement) => {
    const { members, index } = statement;
    const principal = members.get("Principal");
    const everyone =
      principal === "*" ||
      (principal instanceof Map &&
        policy.texts(principal, "AWS").some(({ value }) => value === "*"));
    const condition = members.get("Condition");
    const limited = condition instanceof Map && condition.size > 0;
    if (!everyone || limited || members.get("Effect") !== "Allow") return [];
    return [
      {
        code: "open-to-everyone" as const,
        severity: kind === "trust" ? ("error" as const) : ("warning" as const),
        sentence:
          "The statement allows everyone of every account: name principals, or add a Condition",
        statement: index,
        element: "Principal",
        line: policy.line(policy.place(members, "Principal")?.start ?? statement.start),
        corrected: undefined,
      },
    ];
  });
}

function allowing(compiled: CompiledPolicy, action: string): CompiledStatement | undefined {
  return compiled.statementsFor(action).find(({ statement }) => statement.effect === "Allow");
}

function lintPushAndPull(subject: LintSubject, compiled: CompiledPolicy): PolicyFinding[] {
  const lacking = (actions: readonly string[]) =>
    actions.filter((action) => allowing(compiled, action) === undefined);
  const pushLacks = lacking(pushActions);
  const pullLacks = lacking(pullActions);
  // The other actions of a push are no wish to push without the one that ends it.
  const pushes = !pushLacks.includes("ecr:PutImage");
  const pulls = pullLacks.length < pullActions.length;
  const report = (
    code: FindingCode,
    severity: PolicyFinding["severity"],
    sentence: string,
    lacks: readonly string[],
    beside: readonly string[],
  ): PolicyFinding => {
    const statement = beside.map((action) => allowing(compiled, action)).find(Boolean)!;
    return { code, severity, sentence, ...extension(subject, statement, lacks) };
  };
  if (pushes && pushLacks.length > 0) {
    const sentence = `A push needs ${pushLacks.join(", ")} too, here or in another policy`;
    return [report("incomplete-push", "warning", sentence, pushLacks, ["ecr:PutImage"])];
  }
  if (pulls && pullLacks.length > 0) {
    const sentence = `A pull needs ${pullLacks.join(", ")} too, here or in another policy`;
    return [report("incomplete-pull", "warning", sentence, pullLacks, pullActions)];
  }
  if (pushes && !pulls) {
    const sentence =
      "The policy allows a push but no pull, which most clients ask for when they push";
    return [report("push-without-pull", "warning", sentence, pullLacks, ["ecr:PutImage"])];
  }
  if (pulls && !pushes) {
    const sentence = "The policy allows a pull but no push";
    return [report("pull-without-push", "note", sentence, pushLacks, pullActions)];
  }
  return [];
}

/** Where a statement's actions stand, and the text with further ones among them. */
function extension(
  { policy }: LintSubject,
  { index }: CompiledStatement,
  actions: readonly string[],
): Pick<PolicyFinding, "statement" | "element" | "line" | "corrected"> {
  const statement = policy.statements[index]!;
  const place = policy.place(statement.members, "Action");
  return {
    statement: index,
    element: place === undefined ? "NotAction" : "Action",
    line: policy.line(place?.start ?? statement.start),
    corrected:
      place === undefined ? undefined : policy.extended(statement.members, "Action", actions),
  };
}

/** Who pulls or pushes signs in first, and only an identity policy for all resources lets them. */
function lintToken(subject: LintSubject, compiled: CompiledPolicy): PolicyFinding[] {
  if (kindRules[subject.kind].principal !== "forbidden") return [];
  const uses = [...pullActions, "ecr:PutImage"].some(
    (action) => allowing(compiled, action) !== undefined,
  );
  const allows = compiled.statementsFor(tokenAction).filter(isAllow);
  const effective = allows.some((statement) =>
    statement.matchesResource("*", undefined, new Map()),
  );
  if (!uses || effective) return [];
  const place = allows[0] ?? compiled.statements[0]!;
  const line = subject.policy.line(subject.policy.statements[place.index]!.start);
  const statement = { Effect: "Allow", Action: tokenAction, Resource: "*" };
  const sentence =
    allows.length > 0
      ? `${tokenAction} is asked on no resource: it needs the Resource "*"`
      : `To sign in to the registry, ${tokenAction} is needed too, here or in another policy`;
  const severity = allows.length > 0 ? "error" : "warning";
  return [
    {
      code: "missing-authorization-token",
      severity,
      sentence,
      statement: allows[0]?.index,
      element: allows.length > 0 ? "Resource" : undefined,
      line,
      corrected: subject.policy.withStatement(statement),
    },
  ];
}

function isAllow({ statement }: CompiledStatement): boolean {
  return statement.effect === "Allow";
}
