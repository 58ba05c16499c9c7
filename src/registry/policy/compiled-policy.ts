import type { ConditionValues } from "./condition-values.ts";
import type { ConditionElement, PolicyDocument, Statement } from "./policy-document.ts";

/** One condition, ready to be asked. */
export interface CompiledCondition {
  readonly element: ConditionElement;
  /** In lower case, as `ConditionValues` is asked. */
  readonly key: string;
  /** The keys of policy variables in the values, in lower case. */
  readonly variables: readonly string[];
  /** Whether the condition holds. Linear in the values on both sides. */
  readonly holds: (context: ConditionValues) => boolean;
}

/** A statement whose patterns were taken apart. Opaque but for what explains it. */
export interface CompiledStatement {
  /** Its place in the document, from 0. */
  readonly index: number;
  readonly statement: Statement;
  readonly conditions: readonly CompiledCondition[];
}

/** A policy ready for decisions. Made by `compilePolicy`, once per document; safe to share. */
export interface CompiledPolicy {
  readonly document: PolicyDocument;
  readonly statements: readonly CompiledStatement[];
}
