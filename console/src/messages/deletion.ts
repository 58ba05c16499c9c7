/** Sentences of what a deletion takes. */
export const deletion = {
  freed: (freed: string, shared: string) =>
    `Unique size that comes back: ${freed}; ${shared} stay, as others need them.`,
  trash: (days: number) => `It can be brought back for ${days} ${days === 1 ? "day" : "days"}.`,
  forGood: "It cannot be brought back.",
  tagAlone: (tag: string) => `${tag} goes, the image stays.`,
  images: (count: number) => `Images in it: ${count}.`,
  inUse: (count: number) => `${count} of its images are said to run.`,
  refused: "These stay",
  referrers: (count: number) => `with ${count} attached to it`,
  warnings: { IN_USE: "Somebody says that it runs.", PRODUCTION_TAG: "It has a production tag." },
} as const;
