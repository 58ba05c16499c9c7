const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Bounds of rules, targets and what is delivered. Source: EventBridge, "Quotas", unless it is ours. */
export const eventRuleLimits = {
  /** Characters of an event pattern. */
  patternCharacters: 2_048,
  /** How deep objects and lists of a pattern stand in one another; ours. */
  patternDepth: 100,
  /** Ways through all "$or" of a pattern. */
  patternCombinations: 1_000,

  rulesOfRegistry: 300,
  targetsOfRule: 5,
  connectionsOfRegistry: 3_000,
  destinationsOfRegistry: 3_000,
  tagsOfRule: 50,
  /** The most that an API destination may be said to take in a second; ours. */
  ratePerSecond: 10_000,
  /** Characters of what a target is given; ours. */
  inputCharacters: 1024 * 1024,
  inputPaths: 100,
  templateCharacters: 8_192,

  retryAttempts: 185,
  eventAgeSeconds: 86_400,
  eventAgeLeastSeconds: 60,
  /** The wait after the first failure of a delivery, and the longest. */
  retryMs: 1 * second,
  retryMaximumMs: 8 * minute,
  /** The longest that a receiver may ask to be left alone for. */
  retryAfterMaximumMs: 1 * hour,
  /** Failures in a row after which a target is taken to be down and asked by one delivery at a time. */
  breakerFailures: 5,
  /** How long at most it is until one that is down is asked again. */
  breakerMaximumMs: 1 * minute,
  /** How long a receiver may take to answer. */
  deliveryTimeoutMs: 5 * second,
  deliveryTimeoutMaximumMs: 30 * second,
  /** Of the answer, what is read of it. */
  deliveryReplyBytes: 16 * 1024,

  /** Targets that one process delivers to at once. */
  queuesAtOnce: 8,
  /** Partitions of one target that are delivered at once. */
  lanesAtOnce: 8,
  /** Deliveries of one target between two transactions, in all partitions together. */
  deliveriesAtOnce: 64,
  /** How long a target is one process's, unless it says otherwise. */
  queueLeaseMs: 1 * minute,
  /** How long deliveries to a target may go on until they are written down. */
  roundMs: 10 * second,
  /** How long a process goes on with one target before it looks for another that waits. */
  turnMs: 10 * second,
  /** Partitions over which events are spread that belong to none. */
  spreadPartitions: 8,

  deadLetterLifeMs: 14 * day,
  deadLettersAtOnce: 100,
  /** How long a bus knows what came to it: longer than anything waits, dead letters among them. */
  arrivalLifeMs: 16 * day,
  /** Buses that an event may come by until it goes no further; ours. */
  busesPassed: 5,
  /** Characters of a bus's policy. */
  busPolicyCharacters: 10_240,
  deadLetterReasonCharacters: 500,

  /** Of a command: how long it may run, and what is kept of what it says. */
  commandTimeoutMs: 30 * second,
  commandOutputBytes: 4 * 1024,
  commandsAtOnce: 4,
  /** How long a target waits that found as many running as may. */
  commandWaitMs: 1 * second,

  /** How long a signing secret that was replaced signs as well. */
  previousSecretMs: 1 * day,
} as const;
