/** Whether a tag is one that was asked for. */
export interface TagMatcher {
  /** At most so many steps for each character of a tag: time is linear in it, whatever the pattern. */
  readonly steps: number;
  matches(tag: string): boolean;
}

/** Patterns of tags that ECR has no words for. */
export interface TagPatterns {
  /**
   * A regular expression in the syntax of RE2, which the whole of a tag has to match.
   * @throws InvalidParameter with the reason: it is none, or it is too large
   */
  regularExpression(text: string): TagMatcher;
  /**
   * A range of semantic versions, in the syntax of npm. A tag is a version with or without a leading
   * "v", and one that is no version is in no range.
   * @throws InvalidParameter with the reason: it is none, or it is too long
   */
  semverRange(text: string): TagMatcher;
}
