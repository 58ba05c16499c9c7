import { isRegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import type { CacheParts } from "./cache-parts.ts";
import { type CacheRule, ruleKey } from "./cache-rule.ts";
import { type CacheRuleWish, settledRule } from "./change-rules.ts";
import { openUpstream } from "./open-upstream.ts";
import type { Upstream } from "./upstream.ts";
import { requireSecret } from "./upstream-credentials.ts";
import { UpstreamMemory } from "./upstream-memory.ts";

/**
 * Signs in at the rule's upstream, with its credentials where it has any. Source: ECR API,
 * ValidatePullThroughCacheRule.
 * @returns what keeps it from being let in; `undefined` for nothing
 */
export function validateCacheRule(parts: CacheParts, rule: CacheRule): Promise<string | undefined> {
  return failureOf(() => openUpstream(parts, rule));
}

/**
 * The same of a rule that is not there, and is not made. Nothing of it is remembered, so that another
 * try shows what the secret says then.
 * @throws what `createCacheRule` refuses a wish with, but for rules that are there
 */
export async function tryUpstream(
  parts: CacheParts,
  registry: Registry,
  wish: CacheRuleWish,
): Promise<string | undefined> {
  const { ports, deployment } = parts;
  const settings = settledRule(deployment, registry, wish);
  const { credentialArn } = settings;
  if (credentialArn !== undefined) await requireSecret(ports, registry, credentialArn);
  const now = ports.clock.now();
  const rule = { registry, key: ruleKey(wish.prefix), settings, createdAt: now, updatedAt: now };
  return failureOf(() => openUpstream(parts, rule, new UpstreamMemory(false)));
}

async function failureOf(open: () => Promise<Upstream>): Promise<string | undefined> {
  try {
    await (await open()).signIn();
    return undefined;
  } catch (error) {
    if (error instanceof TakeoverFailure || isRegistryError(error)) return error.message;
    throw error;
  }
}
