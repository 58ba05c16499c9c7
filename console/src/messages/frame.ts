/** Sentences of what stands around every page. */
export const connection = {
  lost: "The server does not answer",
  lostText:
    "It may be restarting, or the network is down. It is asked again by itself; what is typed in stays.",
} as const;

export const failure = {
  title: "This page could not be shown",
  text: "There may be a newer version of the console. Load the page anew; if that does not help, tell who runs the registry.",
  reload: "Reload",
} as const;

export const palette = {
  title: "Go to",
  hint: "A page, action, repository, tag, digest, CVE or package",
  found: "What was found",
  count: (count: number) => (count === 1 ? "1 found" : `${count} found`),
  recent: "recent",
  page: "page",
  action: "action",
  repository: "repository",
  tag: "tag",
  image: "image",
  package: "package",
  findingsIn: (name: string) => `Findings in ${name}`,
  actions: {
    create: "Create repository",
    cache: "Create pull through cache rule",
    compare: "Compare two images",
    simulate: "Simulate access",
    calculate: "Calculate costs",
    theme: (name: string) => `Theme: ${name}`,
  },
} as const;

export const shortcuts = {
  title: "Keyboard shortcuts",
  close: "Close",
  key: "Key",
  does: "What it does",
  rows: [
    ["Ctrl+K, ⌘K", "Go to a page, repository, tag, digest, CVE or package, or do something"],
    ["/", "Filter the list on the page"],
    ["?", "Show these shortcuts"],
    ["Esc", "Close a dialog or list"],
    ["Arrows", "Move within a table, its menu or its tabs"],
    ["Enter, Space", "Press what has the focus; in a table cell, go inside it"],
  ],
} as const;
