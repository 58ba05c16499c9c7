import { isRegistryError } from "../errors.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import type { CacheParts } from "./cache-parts.ts";
import type { CacheRule } from "./cache-rule.ts";
import { openUpstream } from "./open-upstream.ts";

/**
 * Signs in at the rule's upstream, with its credentials where it has any. Source: ECR API,
 * ValidatePullThroughCacheRule.
 * @returns what keeps it from being let in; `undefined` for nothing
 */
export async function validateCacheRule(
  parts: CacheParts,
  rule: CacheRule,
): Promise<string | undefined> {
  try {
    await (await openUpstream(parts, rule)).signIn();
    return undefined;
  } catch (error) {
    if (error instanceof TakeoverFailure || isRegistryError(error)) return error.message;
    throw error;
  }
}
