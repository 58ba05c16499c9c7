/** Sentences of lifecycle policies. */
export const lifecycle = {
  notJson: "The preview goes on once the text is JSON with rules.",
  failed: "The preview failed.",
  total: (expiring: number, archiving: number, kept: number) =>
    `${expiring} to be deleted, ${archiving} to be archived, ${kept} kept all the same.`,
  freed: (size: string, money: string | undefined) =>
    money === undefined
      ? `Unique size that comes back: ${size}.`
      : `Unique size that comes back: ${size}, ${money} a month.`,
  production: "An image with a production tag is among them.",
  rules: "Rules",
  rule: "Rule",
  effect: "What it does",
  matched: "Matches",
  marked: "Acts on",
  warning: "Warning",
  shadowed: (priorities: readonly number[]) =>
    `Does nothing: rule ${priorities.join(" and ")} has all that it matches.`,
  matchesNothing: "Matches nothing.",
  images: "Images that it acts on",
  what: "What happens",
  blocks: {
    ImageReferencedByManifestList: "stays: an index lists it",
    InUse: "stays: it is in use",
    Retained: "stays: a rule retains it",
  },
  runs: "Runs",
  noRuns: "No run has done anything yet.",
  when: "When",
  expired: "Deleted",
  archived: "Archived",
  kept: "Kept all the same",
} as const;
