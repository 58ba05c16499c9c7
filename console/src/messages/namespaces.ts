/** Sentences of the tree of repositories. */
export const namespaces = {
  view: "How repositories are shown",
  unfold: (name: string) => `Show what is in ${name}`,
  fold: (name: string) => `Fold ${name}`,
  more: (name: string, left: number) =>
    name === "" ? `More (${left} left)` : `More of ${name} (${left} left)`,
  failed: (name: string) => `What is in ${name} could not be read. Retry`,
} as const;
