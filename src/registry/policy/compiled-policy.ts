import type { ArnMatch, ArnParts } from "./arn-pattern.ts";
import type { ConditionValues } from "./condition-values.ts";
import type { ConditionElement, PolicyDocument, Statement } from "./policy-document.ts";
import type { PolicyPrincipal } from "./policy-principal.ts";

/** One condition, ready to be asked. */
export interface CompiledCondition {
  readonly element: ConditionElement;
  /** In lower case, as `ConditionValues` is asked. */
  readonly key: string;
  /** The keys of policy variables in the values, in lower case. */
  readonly variables: readonly string[];
  /** Whether the condition holds. */
  readonly holds: (context: ConditionValues) => boolean;
}

/**
 * By what name a resource policy reaches a principal, weakest first. It decides what an Allow is
 * worth within one account:
 * - `none`: not at all;
 * - `account`: by its account, which leaves the matter to the account's identity policies;
 * - `role`: by the role of a session, or the user behind a federated one; boundary and session
 *   policies still limit it;
 * - `direct`: by itself or as everyone; nothing but an explicit deny limits it.
 */
export const reach = { none: 0, account: 1, role: 2, direct: 3 } as const;
export type Reach = (typeof reach)[keyof typeof reach];

/** How an element `Principal` or `NotPrincipal` reaches a principal. */
export type PrincipalMatch = (principal: PolicyPrincipal, hasBoundary: boolean) => Reach;

/** A statement whose patterns were taken apart. */
export interface CompiledStatement {
  /** Its place in the document, from 0. */
  readonly index: number;
  readonly statement: Statement;
  /** Absent in policies that name no principals. */
  readonly reaches: PrincipalMatch | undefined;
  /** Takes the action in lower case. */
  readonly matchesAction: (action: string) => boolean;
  readonly matchesResource: ArnMatch;
  readonly conditions: readonly CompiledCondition[];
  /** The keys of policy variables in `Resource`, in lower case. */
  readonly resourceVariables: readonly string[];
}

/** A policy ready for decisions. Made by `compilePolicy`, once per document; safe to share. */
export interface CompiledPolicy {
  readonly document: PolicyDocument;
  readonly statements: readonly CompiledStatement[];
  /** The statements whose `Action` matches, in order; remembered for the actions asked of late. */
  readonly statementsFor: (action: string) => readonly CompiledStatement[];
  /**
   * Of those, the ones that may speak of the resource: what is left out has a `Resource` without
   * variables that does not match. Remembered for the resources asked of late.
   */
  readonly statementsOn: (
    action: string,
    arn: string,
    parts: ArnParts | undefined,
  ) => readonly CompiledStatement[];
}
