const second = 1000;
const KiB = 1024;

/** Bounds of events; see `limits.ts`. */
export const eventLimits = {
  /** Events that one transaction routes, and bytes of them: it ends with the event that passes those. */
  routedAtOnce: 300,
  routedBytes: 4 * 1024 * KiB,
  /** Characters that it queues for all targets together; it ends with the event that passes those. */
  queuedCharacters: 16 * 1024 * KiB,
  /** How often a worker looks for events that another process has committed. */
  routePollMs: 1 * second,
  /** From the begin of one routing to that of the next where events keep coming: so many share a commit. */
  routeGapMs: 25,
  /** The longest wait while the database can not be asked. */
  routeRetryMaximumMs: 30 * second,
  /** Rows of the log that one transaction removes. */
  logRemovedAtOnce: 1_000,
  /** Events of the log that are read at once: each may be as large as PutEvents takes. */
  logPage: 25,
  /** Events that one page of ListEvents looks at, whatever it finds. */
  listLooks: 1_000,
  /** Characters of events on one page of ListEvents; it ends after the event that passes that. */
  listCharacters: 1024 * KiB,
  streamsPerProcess: 200,
  streamsPerAccount: 20,
  streamHeartbeatMs: 15 * second,
  /** How often a stream looks for events that another process has routed. */
  streamPollMs: 1 * second,
  /** How long a reader may leave what was sent to it unread. */
  streamStallMs: 60 * second,
  /** How often who reads a stream is looked at anew. */
  streamLoginMs: 4 * second,
  /** Source: EventBridge, PutEvents. */
  putEntries: 10,
  putBytes: 256 * KiB,
  /** Source: EventBridge, "Quotas": archives of a bus, replays at once, rules that one names. */
  archives: 100,
  replaysAtOnce: 10,
  replayRules: 100,
  /** Replays that are remembered: the oldest that ended goes first. Ours. */
  replaysKept: 1_000,
  /**
   * Events of an archive that one transaction looks at for those of a time; of these, those that it
   * brings back, and bytes of them: it ends with the event that passes those.
   */
  replayLooks: 2_000,
  replayedAtOnce: 100,
  replayedBytes: 4 * 1024 * KiB,
  /** Those that one transaction removes. */
  archivedRemovedAtOnce: 500,
} as const;
