import type { ParsedPolicy, PolicyKind } from "./policy-document.ts";
import type { PolicyText } from "./policy-text.ts";

/** What there is to lint, and what it is held against. */
export interface LintSubject {
  readonly kind: PolicyKind;
  readonly policy: PolicyText;
  readonly parsed: ParsedPolicy;
  /** Every action that exists here, as it is written: `ecr:PutImage`. */
  readonly knownActions: readonly string[];
}
