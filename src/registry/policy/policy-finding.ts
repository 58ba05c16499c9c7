/** What `lintPolicy` can find fault with. */
export type FindingCode =
  | "invalid-policy"
  | "unknown-action"
  | "blank-in-action"
  | "blank-in-arn"
  | "incomplete-push"
  | "incomplete-pull"
  | "push-without-pull"
  | "pull-without-push"
  | "missing-authorization-token"
  | "open-to-everyone"
  | "missing-version"
  | "wrong-version"
  | "action-not-in-repository-policy"
  | "arn-form";

export interface PolicyFinding {
  readonly code: FindingCode;
  /** `error`: it cannot work as written; `warning`: it hardly means what it says; `note`: worth knowing. */
  readonly severity: "error" | "warning" | "note";
  readonly sentence: string;
  /** Place of the statement, from 0; `undefined` is the whole document. */
  readonly statement: number | undefined;
  /** The element, such as `Action`; `undefined` is the whole statement. */
  readonly element: string | undefined;
  /** From 1. */
  readonly line: number;
  /** The whole policy with this finding mended, where that is possible. */
  readonly corrected: string | undefined;
}
