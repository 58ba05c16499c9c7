const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const MiB = 1024 * 1024;

/** Bounds of the pull-through cache, each with its unit. */
export const cacheLimits = {
  /** Of a registry. Source: ECR, "Service quotas". */
  rules: 50,
  /** Of a prefix. Source: ECR API model. */
  prefixMinimumCharacters: 2,
  prefixCharacters: 30,
  urlCharacters: 512,
  roleArnCharacters: 2048,
  /** Prefixes of one DescribePullThroughCacheRules. */
  prefixesPerRequest: 100,

  /** Patterns of a rule's lists, and what each may be. */
  patterns: 100,
  patternCharacters: 256,
  pins: 100,
  ageMaximumMs: 365 * 24 * hour,
  /** How long a rule with an end may be in force. */
  endMaximumMs: 365 * 24 * hour,
  freshMinimumMs: 1 * second,
  freshMaximumMs: 365 * 24 * hour,

  /** How long a tag is served before the upstream is asked again. Source: ECR, "Pull through cache". */
  freshMs: 24 * hour,
  /** How long a tag is left alone after the upstream did not answer for it. */
  recheckMs: 1 * minute,
  /** How long an upstream is left alone that fails, or says that it is asked too often. */
  failingMs: 10 * second,
  throttledMs: 30 * second,
  /** However long it wants to be left alone. */
  throttledMostMs: 15 * minute,

  /** How long those who ask for a tag at once are given what the first one got. */
  recentTagMs: 2 * second,

  /** What one request to an upstream may take. */
  documentTimeoutMs: 30 * second,
  layerTimeoutMs: 1 * hour,
  /** How long credentials of a rule are used before the secret is read again. */
  credentialsMs: 1 * minute,
  /** How long before its end a peer's token is not used any more. */
  tokenMarginMs: 5 * minute,

  /** Upstreams that this process keeps tokens of. */
  rememberedUpstreams: 500,
  /** Tags that this process remembers to leave alone. */
  rememberedTags: 10_000,
  /** Images of which this process remembers when they were made. */
  rememberedAges: 10_000,
  /** Manifests that were fetched and are not stored yet. */
  pendingManifestBytes: 32 * MiB,

  /** Rules and hours whose counts may wait while the database takes no writes. */
  countsWaiting: 10_000,
  /** What is kept of what an upstream failed with. */
  reasonCharacters: 1_024,
  /** For how many hours it can be told what a rule spared its upstream. */
  usageHours: 14 * 24,

  /** Images that one process fetches at once; more wait. */
  importsAtOnce: 16,
  importsWaiting: 1_000,
  /** What is brought of what an upstream lists about one image. */
  referrers: 100,
  /** Layers of one image that are fetched at once. */
  layersAtOnce: 4,
  /** Layers under way in one process up to which small ones are given away before they are stored. */
  layersAhead: 64,
  /** How soon it is looked again whether another replica has fetched a layer. */
  turnPollMs: 200,
  /** Of one layer, what clients are sent that is not stored yet. Who is slower reads what is stored. */
  windowBytes: 8 * MiB,
  /** What they are sent at once. A layer that is no longer than that is sent when it is stored. */
  chunkBytes: 1 * MiB,
} as const;
