/** Words of the audit trail. */
export const audit = {
  title: "Audit trail",
  when: "When",
  who: "Who",
  what: "What",
  resource: "Resource",
  source: "Source",
  client: "Client",
  decision: "Decision",
  allowed: "allowed",
  empty: "No records",
  noneYet: "None found so far",
  emptyText: "Whatever is asked of this registry from now on has a record here.",
  live: "Live",
  liveHint:
    "Your own looks at the trail (SearchAudit, CountAudit) are recorded, and left out here.",
  details: "Record",
  close: "Close",
  copy: "Copy record",
  open: (name: string, time: string) => `${name} of ${time}`,
  failures: "Failures only",
  changes: "Hide reads",
  /** Of a value of a facet that somebody typed. */
  use: (value: string) => `Use "${value}"`,
  lookedBackTo: "Looked back to",
  overTime: "Records over time",
  /** Of the two handles of the histogram. */
  handles: { first: "First bar of the span", last: "Last bar of the span" },
  histogramHint:
    "Drag over bars to choose a span, or move the two handles with the arrow keys: Enter chooses, Esc clears.",
  records: "Records",
  failed: "Of them failed",
  beginning: "From",
  clearSpan: "Clear span",
  countOn: "Count on",
  countedBackTo: "Counted back to",
  countOf: (count: number) => (count === 1 ? "1 record" : `${count.toLocaleString("en")} records`),
  bar: (from: string, count: string, failed: number) =>
    failed === 0 ? `${from}: ${count}` : `${from}: ${count}, ${failed} failed`,
  span: (from: string, to: string) => `${from} to ${to}`,
  spanCount: (span: string, count: string) => `${span}: ${count}`,
} as const;
