const second = 1000;
const day = 24 * 3600 * second;

/** Bounds of the history of usage. */
export const usageLimits = {
  /** How often counts are written: what a killed process loses at most. */
  flushMs: 10 * second,
  /** Repositories whose counts one transaction writes. */
  scopesAtOnce: 250,
  /** Repositories and minutes whose counts may wait while the database takes no writes. */
  scopesWaiting: 50_000,
  /** Repositories that are remembered to be known, so that they are not written again. */
  rememberedRepositories: 50_000,
  /** Addresses whose destination is remembered. */
  rememberedAddresses: 10_000,
  /** Networks of one destination. */
  networksPerDestination: 1_000,
  /** How often what there is is looked at. */
  sampleMs: 3600 * second,
  /** Repositories that are looked at, or whose history is thinned, at once. */
  repositoriesAtOnce: 500,
  /** Points of one repository that are read at once: all that are kept of it. */
  pointsRead: 2_500,
  /** Rows that one transaction removes. */
  removedAtOnce: 1_000,
  /** How long counts and points are kept by minute, by hour and by day. */
  minutesKeptMs: 1 * day,
  hoursKeptMs: 14 * day,
  daysKeptMs: 800 * day,
  /** Points of one answer about one repository. */
  pointsPerAnswer: 1_440,
  /** Repositories that had the same name, whose histories one answer holds. */
  historiesPerAnswer: 10,
} as const;
