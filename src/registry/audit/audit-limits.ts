const second = 1000;
const KiB = 1024;
const MiB = 1024 * KiB;

/** Bounds of the audit trail. */
export const auditLimits = {
  /** Of a text in parameters; manifests are the longest that matter. */
  textCharacters: 4_096,
  listItems: 100,
  depth: 10,
  /** Of parameters or answers as JSON; larger ones are left out, and their size is told. */
  partCharacters: 16 * KiB,
  userAgentCharacters: 256,
  errorCharacters: 1_024,

  /** Records that one row holds at most, and over what time. */
  segmentRecords: 1_000,
  segmentSpanMs: 4 * second,
  segmentCharacters: 64 * KiB,
  /** Open segments: one for each registry and kind that is spoken of. */
  segmentsOpen: 64,

  /** What waits to be written is written that often; at most so much of it waits. */
  flushMs: 2 * second,
  waitingCharacters: 32 * MiB,
  rowsAtOnce: 200,

  /** What one call of LookupEvents looks at, and gives. */
  rowsRead: 50,
  recordsLookedAt: 20_000,
  /** Records that are looked at before others are served: SQLite answers at once. */
  recordsAtOnce: 1_000,
  lookupEvents: 50,

  /** Records that one call counts, and what it tells: values of a facet, and periods of a histogram. */
  recordsCounted: 50_000,
  facetValues: 50,
  periodsUsual: 60,
  periodsMost: 1_000,

  /** Rows that are removed at once when their time is over. */
  rowsRemoved: 500,
  retentionDays: 3_650,
} as const;
