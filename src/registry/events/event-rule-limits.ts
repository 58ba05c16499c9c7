/** Bounds of rules, targets and what is delivered. Source: EventBridge, "Quotas", unless it is ours. */
export const eventRuleLimits = {
  /** Characters of an event pattern. */
  patternCharacters: 2_048,
  /** How deep objects and lists of a pattern stand in one another; ours. */
  patternDepth: 100,
  /** Ways through all "$or" of a pattern. */
  patternCombinations: 1_000,
} as const;
