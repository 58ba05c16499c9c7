import type { TagPatterns } from "../../ports/tag-patterns.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { CandidateImage } from "./candidate-image.ts";
import { byPriority, type LifecycleRule, type TagSelection } from "./lifecycle-rule.ts";

type MatchesTag = (tag: string) => boolean;

/** A rule that is ready to look at images. */
export interface CompiledRule extends LifecycleRule {
  /**
   * Whether these are tags that the rule asks for. Of a list, each entry must match one of them: the
   * same or another. Source: ECR, "Lifecycle policy properties", tag pattern list.
   */
  readonly fits: (tags: readonly string[]) => boolean;
  /** Of an image that fits, whether this tag is one of those for which it does. */
  readonly isAbout: MatchesTag;
}

/**
 * Rules of a policy and of its extension, by priority, for one evaluation.
 * @throws InvalidParameter when a pattern is none, which parsing rules out
 */
export function compileLifecycle(
  rules: readonly LifecycleRule[],
  patterns: TagPatterns,
): readonly CompiledRule[] {
  return byPriority(rules).map((rule) => ({ ...rule, ...tagTests(rule, patterns) }));
}

function tagTests(
  { tagStatus, tags }: LifecycleRule,
  patterns: TagPatterns,
): Pick<CompiledRule, "fits" | "isAbout"> {
  if (tagStatus === "any") return { fits: () => true, isAbout: () => true };
  if (tags === undefined) return { fits: (all) => all.length === 0, isAbout: () => false };
  const entries = entriesOf(tags, patterns);
  return {
    fits: (all) => entries.every((matches) => all.some(matches)),
    isAbout: (tag) => entries.some((matches) => matches(tag)),
  };
}

function entriesOf(tags: TagSelection, patterns: TagPatterns): readonly MatchesTag[] {
  switch (tags.by) {
    case "tagPatternList":
      return tags.entries.map(wildcard);
    case "tagPrefixList":
      return tags.entries.map((prefix) => (tag) => tag.startsWith(prefix));
    case "tagRegularExpression": {
      const matcher = patterns.regularExpression(tags.text);
      return [(tag) => matcher.matches(tag)];
    }
    case "tagSemverRange": {
      const matcher = patterns.semverRange(tags.text);
      return [(tag) => matcher.matches(tag)];
    }
  }
}

/** Most patterns are a word, or a word and then anything, and many tags are held against them. */
function wildcard(pattern: string): MatchesTag {
  const star = pattern.indexOf("*");
  if (star < 0) return (tag) => tag === pattern;
  const prefix = pattern.slice(0, star);
  if (star === pattern.length - 1) return (tag) => tag.startsWith(prefix);
  return (tag) => tag.startsWith(prefix) && matchesWildcard(pattern, tag);
}

/** The image's tags that a rule is about, oldest first: tags of one image are younger the later they sort. */
export function tagsAbout(rule: CompiledRule, { tags }: Pick<CandidateImage, "tags">): string[] {
  return tags.filter(rule.isAbout).sort();
}
