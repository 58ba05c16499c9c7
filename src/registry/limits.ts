/** Every bound of Entrepot in one place, each with its unit last. */
const KiB = 1024;
const MiB = 1024 * KiB;
const second = 1000;
const hour = 3600 * second;

export const limits = {
  repositoryNameCharacters: 256,
  tagCharacters: 128,
  repositoriesPerRegistry: 100_000,
  imagesPerRepository: 100_000,
  tagsPerImage: 1_000,
  resourceTagsPerRepository: 50,
  mutabilityFilters: 5,

  manifestBytes: 4 * MiB,
  manifestDepth: 32,
  manifestReferences: 1_000,
  indexNesting: 3,
  indexWalkNodes: 10_000,

  layerBytes: 52_000 * MiB,
  layerPartMinimumBytes: 5 * MiB,
  layerPartBytes: 20 * MiB,
  layerParts: 4_200,
  /** What InitiateLayerUpload advises. */
  layerPartAdvisedBytes: 10 * MiB,

  uploadLifeMs: 24 * hour,
  uploadsPerRepository: 1_000,
  /** How long a layer that nothing refers to is kept for the push that asked for it (I11). */
  layerLeaseMs: 24 * hour,

  requestBodyBytes: 1 * MiB,
  layerPartRequestBytes: 28 * MiB,
  /** PutImage carries a manifest as a JSON string, in which every quote is escaped. */
  manifestRequestBytes: 9 * MiB,
  /** Request bodies held in memory at once, of all connections together. */
  heldBodiesBytes: 512 * MiB,
  jsonDepth: 32,
  headerBytes: 16 * KiB,
  headerCount: 100,
  urlCharacters: 8 * KiB,
  headersTimeoutMs: 15 * second,
  keepAliveMs: 65 * second,
  /** A request body slower than this over `bodyRateWindowMs` is cut. */
  bodyBytesPerSecond: 1 * KiB,
  bodyRateWindowMs: 30 * second,
  connections: 2_000,
  connectionsPerAddress: 256,
  connectionBufferBytes: 2 * MiB,
  failedLoginsPerMinute: 20,
  /** Addresses and callers that the count of failed logins remembers, each. */
  failedLoginEntries: 10_000,
  /** How long a caller that signed in from an address is judged apart from the address's strangers. */
  knownCallerLifeMs: 1 * hour,

  pageDefault: 100,
  pageMaximum: 1_000,
  referrersPageDefault: 20,
  referrersPageMaximum: 50,
  batchItems: 100,
  /** Manifests that one BatchGetImage answers with. */
  batchManifestBytes: 32 * MiB,
  /** Tags on one page of DescribeImages; a page with more ends before `maxResults`. */
  pageTags: 10_000,
  /** Characters of annotations on one page of ListImageReferrers, likewise. */
  pageAnnotationCharacters: 4 * MiB,
  tagKeysPerRequest: 200,

  tokenLifeMs: 12 * hour,
  clockSkewMs: 300 * second,
  downloadUrlLifeMs: 1 * hour,
  /** How long a door may answer from what it knew of a principal (I8). */
  identityCacheMs: 5 * second,
  dataKeyCacheMs: 30 * second,
  dataKeyCacheEntries: 10_000,
  /** Registries whose service key is kept open. */
  serviceKeyCacheEntries: 1_000,
  /** Different purposes for which the code derives a secret. */
  secretPurposes: 64,

  /** STS, AssumeRoleWithWebIdentity. */
  webIdentityTokenCharacters: 20_000,
  /** An issuer's configuration, or its set of keys. */
  issuerDocumentBytes: 512 * KiB,
  /** Keys of one issuer, as IAM takes them: 100 RSA and 100 others. */
  issuerKeysOfAKind: 100,
  issuerTimeoutMs: 10 * second,
  /** How long an issuer's keys are used before they are asked for again. */
  issuerKeysFreshMs: 600 * second,
  /** How long they are used while the issuer cannot be asked. */
  issuerKeysMaximumAgeMs: 24 * hour,
  /** How often an issuer is asked at most, however many unknown keys tokens name; and after a failure. */
  issuerRefreshMs: 30 * second,
  issuerRetryMs: 5 * second,
  /** Issuers that are being asked at once. */
  issuersAskedAtOnce: 64,
  /** Keys of all issuers together that are remembered. */
  issuerKeyCacheKeys: 5_000,

  /** How long a name is held for a replica that is not heard of any more, and how often it is heard. */
  exclusiveLeaseMs: 15 * second,
  exclusiveHeartbeatMs: 5 * second,
  jobKeyCharacters: 512,
  jobPayloadCharacters: 16 * KiB,
  jobErrorCharacters: 500,
  /** Jobs that one process runs at once. */
  jobsAtOnce: 4,
  /** How long a worker without work waits before it looks again, on average. */
  jobPollMs: 1 * second,
  /** The wait after the first failure of a job, and the longest wait. */
  jobRetryMs: 2 * second,
  jobRetryMaximumMs: 1 * hour,
  /** For how long garbage collection may be held off by one call. */
  reclaimHoldSeconds: 300,
  /** Expired leases that one transaction removes. */
  expiredLeaseBatch: 1_000,

  /** The look-up of another host's name; and a connection to it, with its handshake. */
  egressConnectMs: 5 * second,
  /** How long the other side may neither take nor send a byte when it is its turn. */
  egressIdleMs: 30 * second,
  /** A whole request, where the caller says nothing else. */
  egressTotalMs: 60 * second,
  /** The body of an answer, where the caller says nothing else. */
  egressReplyBytes: 64 * KiB,
  egressHeaderBytes: 16 * KiB,
  egressRedirects: 3,
  /** Open connections of this process to other hosts. */
  egressConnections: 512,
  /** How long an idle connection is kept for the next request. */
  egressKeepAliveMs: 4 * second,
  /** Addresses of one host name. */
  egressAddresses: 64,
  /** Names that are being looked up at once. */
  egressLookups: 64,

  /** Plaintext bytes of one sealed frame; see docs/adr on the sealed format. */
  frameBytes: 1 * MiB,
  /** Sealed objects up to this size are kept with the metadata instead of as files. */
  keptObjectBytes: 32 * KiB,
  /** Opened frames that are kept while a slower pull of the same layer may want them. */
  sharedFrames: 8,
  manifestCacheBytes: 32 * MiB,

  freeSpaceFloorBytes: 1024 * MiB,
  freeSpaceFloorRatio: 0.05,
  shutdownMs: 30 * second,
  crashDrainMs: 10 * second,
} as const;
