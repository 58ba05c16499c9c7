/** Sentences of the copy of a repository under another key. */
export const copyRepository = {
  title: "Copy to a new repository with other encryption",
  action: "Copy",
  text: "Every image comes along with its tags; this repository stays as it is. It goes on as long as this dialog is open; a copy that is broken off holds what came by then.",
  progress: (count: number) => (count === 1 ? "1 image copied" : `${count} images copied`),
  done: (count: number, name: string) =>
    count === 1 ? `1 image was copied to ${name}.` : `${count} images were copied to ${name}.`,
  failures: "Some could not be copied",
} as const;
