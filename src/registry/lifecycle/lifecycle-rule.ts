/** A rule of a lifecycle policy, or of what stands beside it, once it was read. */

export type LifecycleTagStatus = "tagged" | "untagged" | "any";
export type LifecycleStorageClass = "standard" | "archive";
export type LifecycleCountType =
  | "imageCountMoreThan"
  | "sinceImagePushed"
  | "sinceImagePulled"
  | "sinceImageTransitioned";
/** `retain` is ours: it keeps what the others would act on. */
export type LifecycleActionType = "expire" | "transition" | "retain";

/** Which tags a rule is about. The last two are ours. */
export type TagSelection =
  | { readonly by: "tagPatternList" | "tagPrefixList"; readonly entries: readonly string[] }
  | { readonly by: "tagRegularExpression" | "tagSemverRange"; readonly text: string };

export interface LifecycleCount {
  readonly countType: LifecycleCountType;
  /** Images, or days. */
  readonly countNumber: number;
}

export interface LifecycleRule {
  /** The lower the number, the earlier the rule. */
  readonly rulePriority: number;
  readonly description: string | undefined;
  readonly tagStatus: LifecycleTagStatus;
  /** Present where the status is `tagged`, and only there. */
  readonly tags: TagSelection | undefined;
  readonly storageClass: LifecycleStorageClass;
  /** Absent in a rule that retains all that it matches, and only there. */
  readonly count: LifecycleCount | undefined;
  /** `transition` goes to the archive: there is nowhere else. */
  readonly action: LifecycleActionType;
  /** Whether single tags go, and the image only with its last one. */
  readonly perTag: boolean;
}

export function byPriority(rules: readonly LifecycleRule[]): readonly LifecycleRule[] {
  return rules.toSorted((a, b) => a.rulePriority - b.rulePriority);
}

/**
 * A priority that two of the rules have, or `undefined`. Policy and extension are put one by one, and
 * each put has to ask this of both together.
 */
export function sharedPriority(rules: readonly LifecycleRule[]): number | undefined {
  const seen = new Set<number>();
  for (const { rulePriority } of rules) {
    if (seen.has(rulePriority)) return rulePriority;
    seen.add(rulePriority);
  }
  return undefined;
}
