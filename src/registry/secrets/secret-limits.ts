/** Bounds of secrets. Source: Secrets Manager, "Quotas", unless it is ours. */
export const secretLimits = {
  /** Bytes of a value. */
  valueBytes: 65_536,
  /** Of a registry; ours. */
  secrets: 5_000,
  tags: 50,
  stages: 20,
  /** Above so many, versions without a label that are older than a day go. */
  versions: 100,
  /** Whatever their age; ours. */
  versionsAtMost: 300,
  versionKeptMs: 24 * 60 * 60_000,
  policyCharacters: 20_480,
  recoveryDays: { least: 7, most: 30, default: 30 },
  batch: 20,
  filters: 10,
  filterValues: 10,
  page: 100,
  /** Characters of a password that is made up. */
  passwordCharacters: 4_096,
  /** How many are looked at together when their time is over. */
  removedAtOnce: 100,
  /** How often a change is tried again that met another one. */
  tries: 3,
  /** Bytes of a request: a value in base64, and what stands around it. */
  requestBytes: 256 * 1024,
} as const;
