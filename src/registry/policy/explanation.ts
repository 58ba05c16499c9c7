import type { Effect, Span } from "./policy-document.ts";
import type { Attached, Decision, PolicySide } from "./policy-request.ts";

/** An element of a statement that does not fit the request. */
export interface Miss {
  readonly element: "principal" | "action" | "resource" | "condition";
  /** Of a condition: operator and key as written. */
  readonly operator?: string;
  readonly key?: string;
  /** What the statement asks for, as written. */
  readonly wanted: readonly string[];
  /** What the request has. `undefined`: it does not have the key. */
  readonly actual: string | readonly string[] | undefined;
}

export interface StatementExplanation {
  /** Place in the policy, from 0. */
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: Effect;
  readonly matched: boolean;
  /** Every element that does not fit; the first is the one to show. Empty when `matched`. */
  readonly misses: readonly Miss[];
  /** Where the statement stands in the policy's text. */
  readonly span: Span;
  /** The same as SimulatePrincipalPolicy reports it. */
  readonly simulatorSpan: Span;
}

export interface PolicyExplanation {
  readonly side: PolicySide;
  readonly policy: Attached;
  readonly statements: readonly StatementExplanation[];
}

/** A statement of a policy. */
export interface StatementOf {
  readonly side: PolicySide;
  readonly policy: Attached;
  readonly statement: StatementExplanation;
}

/** Why a request is allowed or denied: every policy that was asked, and every statement in it. */
export interface Explanation {
  /** The same that `evaluate` gives. */
  readonly decision: Decision;
  readonly policies: readonly PolicyExplanation[];
  /** What SimulatePrincipalPolicy calls MatchedStatements. */
  readonly matched: readonly StatementOf[];
  /** Statements that one element alone keeps from matching. */
  readonly nearMisses: readonly StatementOf[];
  /** Condition keys, as written, that statements for this request need and the request lacks. */
  readonly missingContextKeys: readonly string[];
}
