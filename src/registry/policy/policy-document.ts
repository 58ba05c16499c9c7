import type { JsonObject } from "../strict-json.ts";

/**
 * What a policy is attached to, which decides what it may say. `identity` is an inline policy of a
 * user, group or role; `managed` has a name of its own, and so has a `boundary`; `registry-v1` is a
 * registry policy while REGISTRY_POLICY_SCOPE is V1.
 */
export type PolicyKind =
  | "identity"
  | "managed"
  | "boundary"
  | "session"
  | "trust"
  | "repository"
  | "public-repository"
  | "registry"
  | "registry-v1"
  | "key"
  | "event-bus"
  | "secret";

/** 2008-10-17 knows no policy variables: "${" stands for itself there. */
export type PolicyVersion = "2008-10-17" | "2012-10-17";

export type Effect = "Allow" | "Deny";

/** A place in a text, line and column counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** From the first character of something to behind its last. */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}

/** `Action` or `NotAction`, `Resource` or `NotResource`: the patterns, and whether it is the negated one. */
export interface PatternElement {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

export type PrincipalType = "AWS" | "Service" | "Federated";

/** `Principal` or `NotPrincipal`. The bare string "*" is `{ AWS: ["*"] }`, which means the same. */
export interface PrincipalElement {
  readonly negated: boolean;
  readonly values: ReadonlyMap<PrincipalType, readonly string[]>;
}

/** One key under one operator: `values` are alternatives. */
export interface ConditionElement {
  /** As written, with its qualifier and IfExists: `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  /** As written; keys are compared without regard to case. */
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: Effect;
  readonly principal: PrincipalElement | undefined;
  readonly action: PatternElement;
  /** Absent where the kind of policy has none: then it speaks of what it is attached to. */
  readonly resource: PatternElement | undefined;
  /** All of them must hold. */
  readonly conditions: readonly ConditionElement[];
  /** Where the statement stands in the text, from brace to brace. */
  readonly span: Span;
  /**
   * The same as the policy simulator reports it: a statement that stands alone begins behind its
   * brace, one in a list behind the bracket or the statement before it.
   */
  readonly simulatorSpan: Span;
}

/** A policy that was checked: what it says, and the text and members that it was read from. */
export interface PolicyDocument {
  readonly kind: PolicyKind;
  readonly text: string;
  /** Every member in the order of the text. */
  readonly json: JsonObject;
  readonly version: PolicyVersion;
  readonly id: string | undefined;
  readonly statements: readonly Statement[];
}

/** Why a text is no policy of its kind. */
export interface PolicyFailure {
  /**
   * - `json`: not JSON, too deep, or with a key twice or in another case;
   * - `too-long`: more characters than this kind of policy may have;
   * - `grammar`: JSON, but not a policy;
   * - `forbidden`: a policy, but with something that this kind of policy may not have.
   */
  readonly fault: "json" | "too-long" | "grammar" | "forbidden";
  /** AWS's sentence where one is known, as MalformedPolicyDocument gives it. */
  readonly sentence: string;
  /** The member at fault, such as `Statement[2].Condition.StringEquals`; "" is the whole document. */
  readonly path: string;
  /** Where that is, if the text could be read at all. */
  readonly position: Position | undefined;
  /** What AWS's sentence leaves out, if anything; without names of other accounts or secrets. */
  readonly detail: string | undefined;
}

/** What `parsePolicy` makes of a text: one or the other. */
export type ParsedPolicy =
  | { readonly document: PolicyDocument; readonly failure?: undefined }
  | { readonly document?: undefined; readonly failure: PolicyFailure };
