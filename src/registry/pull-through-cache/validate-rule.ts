import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import type { CacheRule } from "./cache-rule.ts";
import { openUpstream, type UpstreamRules } from "./open-upstream.ts";

/**
 * Signs in at the rule's upstream, with its credentials where it has any. Source: ECR API,
 * ValidatePullThroughCacheRule.
 * @returns what keeps it from being let in; `undefined` for nothing
 */
export async function validateCacheRule(
  ports: Ports,
  rules: UpstreamRules | undefined,
  rule: CacheRule,
): Promise<string | undefined> {
  try {
    await (await openUpstream(ports, rules, rule)).signIn();
    return undefined;
  } catch (error) {
    if (error instanceof TakeoverFailure || isRegistryError(error)) return error.message;
    throw error;
  }
}
