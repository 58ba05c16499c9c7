import { invalidInput } from "../../registry/inspector/inspector-refusal.ts";
import type { AccountId, Registry } from "../../registry/names.ts";

/** @throws Validation for another account than the caller's: each says for itself */
export function requireOwn({ account }: Registry, named: AccountId | undefined): void {
  if (named === undefined || named === account) return;
  throw invalidInput("An account can be asked about and configured by itself alone.");
}
