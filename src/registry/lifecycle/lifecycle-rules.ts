import type { TagPatterns } from "../../ports/tag-patterns.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";
import { parseLifecycleExtension } from "./parse-lifecycle-extension.ts";
import { parseLifecyclePolicy } from "./parse-lifecycle-policy.ts";
import type { LifecycleTexts } from "./stored-lifecycle.ts";

/**
 * The rules of a policy and of what stands beside it.
 * @throws InvalidParameter where one of the texts is none, or both have a priority in common
 */
export function lifecycleRules(
  { policy, extension }: LifecycleTexts,
  patterns: TagPatterns,
): readonly LifecycleRule[] {
  const rules = policy === undefined ? [] : parseLifecyclePolicy(policy);
  if (extension === undefined) return rules;
  return [...rules, ...parseLifecycleExtension(extension, rules, patterns)];
}
