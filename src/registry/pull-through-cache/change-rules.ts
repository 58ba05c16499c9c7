import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import { cacheLimits } from "./cache-limits.ts";
import type { CacheParts } from "./cache-parts.ts";
import { type CacheRule, type CacheRuleSettings, rootPrefix, ruleKey } from "./cache-rule.ts";
import { type PrivateUpstream, privateRegistryOf, privateUpstream } from "./private-upstream.ts";
import { requireSecret } from "./upstream-credentials.ts";
import { type UpstreamKind, upstreamPlace } from "./upstream-place.ts";

/** What somebody wants a rule to say. */
export interface CacheRuleWish {
  readonly prefix: string;
  readonly upstreamUrl: string;
  readonly upstream?: UpstreamKind | undefined;
  readonly upstreamPrefix?: string | undefined;
  readonly credentialArn?: string | undefined;
  readonly customRoleArn?: string | undefined;
}

/**
 * Makes a rule: from then on repositories below its prefix are a cache of the upstream. Source: ECR API,
 * CreatePullThroughCacheRule.
 * @throws UnsupportedUpstreamRegistry for an upstream that there is no way to, or that is not to be
 *   asked without credentials
 * @throws PullThroughCacheRuleAlreadyExists, LimitExceeded, InvalidParameter
 * @throws SecretNotFound, UnableToAccessSecret, UnableToDecryptSecretValue
 */
export async function createCacheRule(
  ports: Ports,
  deployment: CacheParts["deployment"],
  registry: Registry,
  wish: CacheRuleWish,
): Promise<CacheRule> {
  const settings = settledRule(deployment, registry, wish);
  const { credentialArn } = settings;
  if (credentialArn !== undefined) await requireSecret(ports, registry, credentialArn);
  const now = ports.clock.now();
  const key = ruleKey(wish.prefix);
  const rule: CacheRule = { registry, key, settings, createdAt: now, updatedAt: now };
  await ports.metadata.transaction(async ({ identity, cacheRules }) => {
    await identity.accounts.lock(registry.account); // Two at once must not both be the last.
    if (!(await cacheRules.insertIfAbsent(rule))) throw alreadyExists(rule);
    const most = cacheLimits.rules;
    if ((await cacheRules.list(registry, { limit: most + 1 })).length > most) {
      throw new RegistryError(
        "LimitExceeded",
        `The registry with id '${registry.account}' already has the maximum allowed number of pull through cache rules which is '${most}'`,
      );
    }
  });
  return rule;
}

/**
 * Has the rule use other credentials, or another role. Source: ECR API, UpdatePullThroughCacheRule,
 * which changes nothing else of it.
 * @throws PullThroughCacheRuleNotFound, InvalidParameter
 * @throws SecretNotFound, UnableToAccessSecret, UnableToDecryptSecretValue
 */
export async function updateCacheRule(
  ports: Ports,
  registry: Registry,
  prefix: string,
  { credentialArn, customRoleArn }: Pick<CacheRuleWish, "credentialArn" | "customRoleArn">,
): Promise<CacheRule> {
  if (credentialArn !== undefined) await requireSecret(ports, registry, credentialArn);
  const now = ports.clock.now();
  return ports.metadata.transaction(async ({ cacheRules }) => {
    const before = await cacheRules.lock(registry, ruleKey(prefix));
    if (before === undefined) throw ruleNotFound(registry, prefix);
    requireFitting({ isEcr: before.settings.upstream === "ecr", credentialArn, customRoleArn });
    const settings = {
      ...(credentialArn !== undefined && { credentialArn }),
      ...(customRoleArn !== undefined && { customRoleArn }),
    };
    const rule = { ...before, settings: { ...before.settings, ...settings }, updatedAt: now };
    await cacheRules.replace(rule);
    return rule;
  });
}

/**
 * Removes the rule, and says what it was; what was cached stays.
 * @throws PullThroughCacheRuleNotFound
 */
export function deleteCacheRule(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  prefix: string,
): Promise<CacheRule> {
  return metadata.transaction(async ({ cacheRules }) => {
    const rule = await cacheRules.lock(registry, ruleKey(prefix));
    if (rule === undefined) throw ruleNotFound(registry, prefix);
    await cacheRules.remove(registry, rule.key);
    return rule;
  });
}

/**
 * The rules of these prefixes, in their order.
 * @throws PullThroughCacheRuleNotFound if one of them is not there
 */
export async function findCacheRules(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  prefixes: readonly string[],
): Promise<CacheRule[]> {
  const keys = [...new Set(prefixes.map(ruleKey))];
  const found = await metadata.cacheRules.at(registry, keys);
  const byKey = new Map(found.map((rule) => [rule.key, rule]));
  return keys.map((key) => {
    const rule = byKey.get(key);
    if (rule === undefined) throw ruleNotFound(registry, key);
    return rule;
  });
}

/**
 * What a rule says that somebody wants, if one may say that.
 * @throws UnsupportedUpstreamRegistry, InvalidParameter
 */
export function settledRule(
  deployment: CacheParts["deployment"],
  registry: Registry,
  wish: CacheRuleWish,
): CacheRuleSettings {
  const { prefix, upstreamUrl, credentialArn, customRoleArn, upstreamPrefix } = wish;
  const kind = requireKind(deployment, wish);
  requireFitting({ isEcr: kind === "ecr", credentialArn, customRoleArn });
  const ecr = privateUpstream(deployment, upstreamUrl);
  if (ecr !== undefined) requireOther(registry, ecr, wish);
  if (prefix === rootPrefix && (upstreamPrefix ?? rootPrefix) !== rootPrefix) {
    const constraint = `must be ${rootPrefix} where ecrRepositoryPrefix is ${rootPrefix}`;
    throw invalidParameter("upstreamRepositoryPrefix", constraint);
  }
  return { prefix, upstreamUrl, upstream: kind, upstreamPrefix, credentialArn, customRoleArn };
}

function requireKind(
  deployment: CacheParts["deployment"],
  { upstreamUrl, upstream, credentialArn }: CacheRuleWish,
): UpstreamKind | undefined {
  const place = upstreamPlace(upstreamUrl);
  if (place === undefined) {
    throw unsupported(`The upstream registry URL '${upstreamUrl}' is that of no registry.`);
  }
  const ecr = privateRegistryOf(deployment, upstreamUrl);
  const kind = ecr === undefined ? place.kind : "ecr";
  if (upstream !== undefined && upstream !== kind) {
    throw unsupported(`The upstream registry URL '${upstreamUrl}' is not one of '${upstream}'.`);
  }
  const isMapped = deployment.upstreams?.origins.has(upstreamUrl) === true;
  if (kind === "ecr" && !isMapped && privateUpstream(deployment, upstreamUrl) === undefined) {
    throw unsupported(
      `There is no way to the registries of region '${ecr?.region}': this deployment has it not, and ENTREPOT_PEERS does not bind it.`,
    );
  }
  if (place.needsCredentials && credentialArn === undefined) {
    throw unsupported(
      "The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN and try again.",
    );
  }
  return kind;
}

/** Private registries of ECR are asked as a role, all others with a secret. */
function requireFitting({
  isEcr,
  credentialArn,
  customRoleArn,
}: {
  readonly isEcr: boolean;
  readonly credentialArn: string | undefined;
  readonly customRoleArn: string | undefined;
}): void {
  if (isEcr && credentialArn !== undefined) {
    const constraint = "is not for upstreams that are private registries of ECR";
    throw invalidParameter("credentialArn", constraint);
  }
  if (!isEcr && customRoleArn !== undefined) {
    const constraint = "is only for upstreams that are private registries of ECR";
    throw invalidParameter("customRoleArn", constraint);
  }
}

function requireOther(
  registry: Registry,
  { registry: upstream, way }: PrivateUpstream,
  { customRoleArn }: CacheRuleWish,
): void {
  const isSame = upstream.account === registry.account && upstream.region === registry.region;
  if (way.kind === "own" && isSame) {
    throw unsupported("A registry is no upstream of itself.");
  }
  // Source: ECR, "IAM policies required for cross-account ECR to ECR pull through cache".
  if (upstream.account !== registry.account && customRoleArn === undefined) {
    throw invalidParameter("customRoleArn", "is required for a registry of another account");
  }
}

function unsupported(sentence: string): RegistryError {
  return new RegistryError("UnsupportedUpstreamRegistry", sentence);
}

function alreadyExists({ registry, settings }: CacheRule): RegistryError {
  return new RegistryError(
    "PullThroughCacheRuleAlreadyExists",
    `A pull through cache rule already exists for repository prefix '${settings.prefix}' in registry with id '${registry.account}'`,
  );
}

/** The refusal of a prefix that no rule has. */
export function ruleNotFound({ account }: Registry, prefix: string): RegistryError {
  return new RegistryError(
    "PullThroughCacheRuleNotFound",
    `The pull through cache rule with repository prefix '${prefix}' does not exist in the registry with id '${account}'`,
  );
}
