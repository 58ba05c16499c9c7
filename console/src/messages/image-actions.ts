/** Sentences of what is done to images from their list. */
export const imageActions = {
  archive: "Archive",
  restore: "Restore",
  retag: "Retag",
  archiveTitle: "Archive images",
  restoreTitle: "Restore images",
  archiveText: (count: number, size: string) =>
    `${count === 1 ? "1 image" : `${count} images`} of ${size} (size) cannot be pulled until restored. Tags stay, and what is attached goes along.`,
  restoreText: (count: number, size: string) =>
    `${count === 1 ? "1 image" : `${count} images`} of ${size} (size) can be pulled again once all layers are back, which takes at most 20 minutes. What an index lists and what is attached comes back with it.`,
  children: (count: number) => `what it lists stays (${count})`,
  unchanged: "These are not changed",
  status: (status: string) => `is ${status.toLowerCase()}`,
  nothing: "None of the chosen images can be changed so.",
  refused: "Some could not be changed",
  archived: (count: number) =>
    count === 1 ? "1 image was archived." : `${count} images were archived.`,
  restored: (count: number) =>
    count === 1 ? "1 image is on its way back." : `${count} images are on their way back.`,
  retagTitle: (name: string) => `Retag ${name}`,
  add: "Add or move a tag",
  remove: "Remove a tag",
  what: "What to do",
  tag: "Tag",
  tagHint: "Letters, digits and _ . -, at most 128",
  tagWrong: "Tags have letters, digits, _ . and -, and begin with neither of the last two.",
  newTag: (tag: string) => `${tag} is new, and will name this image.`,
  hasTag: (tag: string) => `${tag} names this image already.`,
  moves: (tag: string, from: string) => `${tag} moves here from ${from}.`,
  left: (from: string) => `${from} stays without a tag: lifecycle rules may delete it.`,
  immutable: (tag: string) => `${tag} cannot be moved: tags of this repository are immutable.`,
  mostTags: (shown: number, all: number) =>
    `The ${shown} of ${all} tags that moved last are listed.`,
  tagged: (tag: string) => `${tag} names the image now.`,
  untagged: (tag: string) => `${tag} was removed.`,
} as const;
