const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const MiB = 1024 * 1024;

/** Bounds of trails. Source: CloudTrail, "Quotas", and what this service is for. */
export const trailLimits = {
  /** Of an account in its home region. */
  trailsPerRegion: 5,
  /** Of an account in all regions: what a listing reads. */
  trailsPerAccount: 200,
  nameCharacters: 128,
  prefixCharacters: 200,
  selectors: 5,
  excludedSources: 50,
  tags: 50,
  /** ARNs that ListTags takes at once. */
  resourcesAtOnce: 20,

  /** Where trails may write, in the settings. */
  targets: 20,

  /** How often the worker looks. */
  lookMs: minute,
  /** Records are written that long after they were made, or sooner where there are many. */
  deliveryMs: 5 * minute,
  /** What is younger may yet be written over: by the answer, or an error. */
  settleMs: minute,
  /** Of one file. */
  fileRows: 1_000,
  fileRecords: 10_000,
  /** Files of one trail that one look plans and writes. */
  filesAtOnce: 200,
  /** Trails that are delivered at the same time. */
  trailsAtOnce: 8,
  /** After which a record is given up that could not be delivered. */
  undeliveredMs: 30 * day,
  /** Files and chains that are read at once. */
  page: 500,
  /** Trails that metrics look at. */
  trailsCounted: 10_000,
  errorCharacters: 256,
  /** Gaps that a trail remembers to tell its digests. */
  gaps: 100,

  digestMs: hour,
  /** A file that no digest names for so long was not written by a trail. */
  digestLateMs: 2 * hour,
  keyBits: 2_048,
  /** A key signs for so long; what it has signed can be verified for good. */
  keyLifeMs: 365 * day,
  keysListed: 1_000,

  /** Of an object that verification reads: a file is far smaller. */
  objectBytes: 256 * MiB,
  verifiedObjects: 5_000_000,
} as const;
