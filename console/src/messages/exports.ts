/** Words of files that hold all that a filter finds. */
export const exports = {
  running: (count: number) => `Exporting: ${count.toLocaleString("en")} so far`,
  done: (count: number) => `Exported: ${count.toLocaleString("en")}`,
  cut: (count: number) =>
    `The file has the first ${count.toLocaleString("en")} alone, which is the most that one holds. Narrow the filter for the others.`,
  cancel: "Cancel export",
} as const;
