import {
  isTemplatePrefix,
  rootPrefix,
  templateKey,
  templateKeysFor,
} from "../creation-templates/creation-template.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { cacheLimits } from "./cache-limits.ts";
import type { UpstreamKind } from "./upstream-place.ts";

/** What a rule says, as JSON keeps it. */
export interface CacheRuleSettings {
  /** As it was given: with or without a slash at its end. */
  readonly prefix: string;
  /** As it was given. */
  readonly upstreamUrl: string;
  /** Absent for a host that ECR has no name for. */
  readonly upstream?: UpstreamKind | undefined;
  /** As it was given; absent: `ROOT`. */
  readonly upstreamPrefix?: string | undefined;
  readonly credentialArn?: string | undefined;
  /** The role that a private registry of ECR is asked as. */
  readonly customRoleArn?: string | undefined;
  /** What Entrepot has beside ECR's rule. */
  readonly terms?: CacheTerms | undefined;
}

/** What may be fetched by a rule, and for how long a tag is good. */
export interface CacheTerms {
  /** By default `cacheLimits.freshMs`. */
  readonly freshMs?: number | undefined;
  /** Names of repositories at the upstream, with `*`: those that may be fetched; none: all. */
  readonly allow: readonly string[];
  /** Those of them that may not. */
  readonly deny: readonly string[];
  /** How long ago an image has to have been made; absent: it may be new. */
  readonly minimumAgeMs?: number | undefined;
  /** What tags name, whatever the upstream says. */
  readonly pins?: readonly CachePin[] | undefined;
  /**
   * Until when the rule is in force, where it is there to serve what a registry that is being taken over
   * still has. Milliseconds since the epoch.
   */
  readonly endsAt?: number | undefined;
}

/** A tag of a repository at the upstream, and the image that it is to name. */
export interface CachePin {
  readonly repositoryName: string;
  readonly tag: Tag;
  readonly digest: Digest;
}

/** Which repositories are a cache, and of what. Source: ECR, "Pull through cache". */
export interface CacheRule {
  readonly registry: Registry;
  /** The prefix without a slash at its end, or `ROOT`. No two of a registry have the same. */
  readonly key: string;
  readonly settings: CacheRuleSettings;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export { rootPrefix, templateKey as ruleKey };

/** Source: ECR API, PullThroughCacheRuleRepositoryPrefix. */
export function isRulePrefix(text: string): boolean {
  const { prefixMinimumCharacters, prefixCharacters } = cacheLimits;
  return (
    text.length >= prefixMinimumCharacters &&
    text.length <= prefixCharacters &&
    isTemplatePrefix(text)
  );
}

/** The keys of all rules that a repository could be under, the most particular one first. */
export function ruleKeysFor(name: RepositoryName): string[] {
  return templateKeysFor(name);
}

/** What stands at the upstream in place of the rule's prefix, or `ROOT`. */
export function upstreamPrefixOf({ upstreamPrefix = rootPrefix }: CacheRuleSettings): string {
  return upstreamPrefix;
}

/**
 * What the upstream calls a repository that is under the rule. Source: ECR, "Customizing the upstream
 * prefix": what follows the prefix here follows the prefix there.
 */
export function upstreamNameOf({ key, settings }: CacheRule, name: RepositoryName): string {
  const rest = key === rootPrefix ? name : name.slice(key.length + 1);
  const upstreamPrefix = upstreamPrefixOf(settings);
  return upstreamPrefix === rootPrefix ? rest : `${templateKey(upstreamPrefix)}/${rest}`;
}

/** What a repository of the upstream is called here, if it is below the rule's upstream prefix. */
export function nameHere({ key, settings }: CacheRule, name: string): string {
  const upstreamPrefix = upstreamPrefixOf(settings);
  const rest =
    upstreamPrefix === rootPrefix ? name : name.slice(templateKey(upstreamPrefix).length + 1);
  return key === rootPrefix ? rest : `${key}/${rest}`;
}
