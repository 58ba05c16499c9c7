import { splitArn } from "./arn-pattern.ts";
import { type CompiledStatement, reach } from "./compiled-policy.ts";
import { evaluate } from "./evaluate.ts";
import type {
  Explanation,
  Miss,
  PolicyExplanation,
  StatementExplanation,
  StatementOf,
} from "./explanation.ts";
import type { PatternElement, PrincipalElement } from "./policy-document.ts";
import type {
  Attached,
  EvaluateOptions,
  PolicyRequest,
  PolicySet,
  PolicySide,
} from "./policy-request.ts";

/**
 * Decides as `evaluate` does, and says of every statement of every policy whether it matched, and
 * if not, what kept it from matching. Slower than `evaluate` by what it remembers.
 */
export function explainDecision(
  request: PolicyRequest,
  policies: PolicySet,
  options: EvaluateOptions = {},
): Explanation {
  const hasBoundary = policies.boundary !== undefined;
  const explained = attachedPolicies(policies).map(
    ({ side, policy }): PolicyExplanation => ({
      side,
      policy,
      statements: policy.compiled.statements.map((statement) =>
        explainStatement(statement, request, hasBoundary),
      ),
    }),
  );
  const statements = explained.flatMap(({ side, policy, statements }) =>
    statements.map((statement): StatementOf => ({ side, policy, statement })),
  );
  return {
    decision: evaluate(request, policies, options),
    policies: explained,
    matched: statements.filter(({ statement }) => statement.matched),
    nearMisses: statements.filter(({ statement }) => statement.misses.length === 1),
    missingContextKeys: missingKeys(explained, request),
  };
}

function attachedPolicies(policies: PolicySet): { side: PolicySide; policy: Attached }[] {
  const of = (side: PolicySide, attached: readonly Attached[]) =>
    attached.map((policy) => ({ side, policy }));
  return [
    ...of("identity", policies.identity),
    ...of("boundary", policies.boundary === undefined ? [] : [policies.boundary]),
    ...of("session", policies.session ?? []),
    ...of("resource", policies.resource),
  ];
}

function explainStatement(
  compiled: CompiledStatement,
  request: PolicyRequest,
  hasBoundary: boolean,
): StatementExplanation {
  const { statement, index } = compiled;
  const misses = missesOf(compiled, request, hasBoundary);
  return {
    index,
    sid: statement.sid,
    effect: statement.effect,
    matched: misses.length === 0,
    misses,
    span: statement.span,
    simulatorSpan: statement.simulatorSpan,
  };
}

/** In the order in which a reader looks: who, what, on what, and under which conditions. */
function missesOf(
  compiled: CompiledStatement,
  request: PolicyRequest,
  hasBoundary: boolean,
): Miss[] {
  const { principal, action, resource, context } = request;
  const { statement, reaches } = compiled;
  const misses: Miss[] = [];
  if (reaches !== undefined && reaches(principal, hasBoundary) === reach.none) {
    const actual = principal.service ?? principal.federated ?? principal.arn;
    misses.push({ element: "principal", wanted: principalTexts(statement.principal), actual });
  }
  if (!compiled.matchesAction(action.toLowerCase())) {
    misses.push({ element: "action", wanted: patternTexts(statement.action), actual: action });
  }
  if (!compiled.matchesResource(resource.arn, splitArn(resource.arn), context)) {
    const wanted = patternTexts(statement.resource);
    misses.push({ element: "resource", wanted, actual: resource.arn });
  }
  for (const { element, key, holds } of compiled.conditions) {
    if (holds(context)) continue;
    const { operator, key: written, values: wanted } = element;
    misses.push({ element: "condition", operator, key: written, wanted, actual: context.get(key) });
  }
  return misses;
}

function principalTexts(element: PrincipalElement | undefined): string[] {
  return [...(element?.values.values() ?? [])].flat();
}

function patternTexts(element: PatternElement | undefined): readonly string[] {
  return element?.patterns ?? [];
}

/**
 * Keys that the request lacks and that statements ask for which fit it otherwise, in conditions or
 * as policy variables. Each once, as it is first written.
 */
function missingKeys(explained: readonly PolicyExplanation[], request: PolicyRequest): string[] {
  const missing = new Map<string, string>();
  const note = (key: string, written: string) => {
    if (request.context.get(key) === undefined && !missing.has(key)) missing.set(key, written);
  };
  for (const { policy, statements } of explained) {
    for (const { index, misses } of statements) {
      const compiled = policy.compiled.statements[index]!;
      const elements = misses.map(({ element }) => element);
      if (elements.includes("principal") || elements.includes("action")) continue;
      for (const key of compiled.resourceVariables) note(key, key);
      if (elements.includes("resource")) continue;
      for (const { key, element, variables } of compiled.conditions) {
        note(key, element.key);
        for (const variable of variables) note(variable, variable);
      }
    }
  }
  return [...missing.values()];
}
