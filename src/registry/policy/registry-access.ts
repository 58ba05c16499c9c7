import type { Attached } from "./policy-request.ts";
import type { ActionConditions } from "./request-context.ts";

/** The resource's side of a decision: its policies, and what is known of it for conditions. */
export interface RegistryAccess {
  readonly policies: readonly Attached[];
  readonly conditions: ActionConditions;
  /** The only actions for which the policies are in force; absent: every action. */
  readonly onlyFor?: ReadonlySet<string> | undefined;
}
