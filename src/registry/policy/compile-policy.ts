import { limits } from "../limits.ts";
import { compileArnPattern } from "./arn-pattern.ts";
import type { CompiledPolicy, CompiledStatement } from "./compiled-policy.ts";
import { compileCondition } from "./conditions.ts";
import { compilePrincipal } from "./match-principal.ts";
import type { PatternElement, PolicyDocument, Statement } from "./policy-document.ts";
import { compilePattern } from "./text-pattern.ts";

/** Takes a policy apart once, so that every decision only compares. */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const variablesKnown = document.version !== "2008-10-17";
  const statements = document.statements.map((statement, index) =>
    compileStatement(statement, index, variablesKnown),
  );
  const statementsFor = rememberByAction(statements);
  return { document, statements, statementsFor, statementsOn: rememberByResource(statementsFor) };
}

function compileStatement(
  statement: Statement,
  index: number,
  variablesKnown: boolean,
): CompiledStatement {
  const { principal, resource } = statement;
  return {
    index,
    statement,
    reaches: principal === undefined ? undefined : compilePrincipal(principal),
    matchesAction: compileActions(statement.action),
    ...compileResources(resource, variablesKnown),
    conditions: statement.conditions.map((condition) =>
      compileCondition(condition, variablesKnown),
    ),
  };
}

function compileActions(element: PatternElement): (action: string) => boolean {
  const patterns = element.patterns.map((pattern) =>
    // An action has no variables, and its case does not matter.
    compilePattern(pattern.toLowerCase(), { variables: false, wildcards: true }),
  );
  const context = new Map<string, string>();
  return (action) =>
    patterns.some((pattern) => pattern.matches(action, context)) !== element.negated;
}

type ResourceMatcher = Pick<CompiledStatement, "matchesResource" | "resourceVariables">;

/** Without the element, the statement speaks of whatever the policy is attached to. */
function compileResources(
  element: PatternElement | undefined,
  variablesKnown: boolean,
): ResourceMatcher {
  if (element === undefined) return { matchesResource: () => true, resourceVariables: [] };
  const patterns = element.patterns.map((pattern) => compileArnPattern(pattern, variablesKnown));
  const resourceVariables = patterns.flatMap((pattern) => pattern.variables);
  const [only] = patterns;
  if (patterns.length === 1 && only !== undefined && !element.negated) {
    return { matchesResource: only.matches, resourceVariables };
  }
  return {
    resourceVariables,
    matchesResource: (arn, parts, context) => {
      for (const pattern of patterns) {
        if (pattern.matches(arn, parts, context)) return !element.negated;
      }
      return element.negated;
    },
  };
}

/** Remembers, for a bounded number of resources of an action, which statements may speak of them. */
function rememberByResource(
  statementsFor: CompiledPolicy["statementsFor"],
): CompiledPolicy["statementsOn"] {
  const remembered = new Map<string, Map<string, readonly CompiledStatement[]>>();
  return (action, arn, parts) => {
    let ofAction = remembered.get(action);
    const known = ofAction?.get(arn);
    if (known !== undefined) return known;
    const found = statementsFor(action).filter(
      ({ resourceVariables, matchesResource }) =>
        resourceVariables.length > 0 || matchesResource(arn, parts, withoutValues),
    );
    if (ofAction === undefined) {
      if (remembered.size >= limits.policyResourceActionsRemembered) remembered.clear();
      ofAction = new Map();
      remembered.set(action, ofAction);
    }
    if (ofAction.size >= limits.policyResourcesRemembered) ofAction.clear();
    ofAction.set(arn, found);
    return found;
  };
}

const withoutValues = new Map<string, string>();

/** Remembers, for a bounded number of actions, which statements name them. */
function rememberByAction(
  statements: readonly CompiledStatement[],
): (action: string) => readonly CompiledStatement[] {
  const remembered = new Map<string, readonly CompiledStatement[]>();
  return (action) => {
    const known = remembered.get(action);
    if (known !== undefined) return known;
    const lowered = action.toLowerCase();
    const found = statements.filter((statement) => statement.matchesAction(lowered));
    // Actions come from the table of operations: only a simulation asks for others.
    if (remembered.size >= limits.policyActionsRemembered) remembered.clear();
    remembered.set(action, found);
    return found;
  };
}
