/** Bounds that more than one part goes by, each with its unit last. A part has its own in a `*-limits.ts` beside it. */
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
  /** Tags that one push of a manifest by its digest gives it. */
  tagsPerPush: 40,
  resourceTagsPerRepository: 50,
  mutabilityFilters: 5,
  /** What a registry's number of repositories, or of images in one, may be set to. */
  serviceQuotaMaximum: 10_000_000,
  /** Repositories that may be on their way while the registry's are counted without waiting for them. */
  repositoriesUnderWay: 1_000,
  quotasPerRegistry: 1_000,
  /** Bytes, or images, that a quota may be of. */
  quotaMaximum: 2 ** 50,
  /** Repositories that are counted in a quota in one transaction. */
  quotaCountRepositories: 20,
  /** Registries whose service quotas are remembered. */
  rememberedServiceQuotas: 10_000,
  /** Quotas over their soft limit that one look of the watcher tells of. */
  quotasTold: 100,

  accounts: 10_000,
  usersPerAccount: 5_000,
  groupsPerAccount: 300,
  groupsPerUser: 10,
  rolesPerAccount: 5_000,
  policiesPerAccount: 5_000,
  policyVersions: 5,
  policiesPerEntity: 20,
  accessKeysPerUser: 2,
  oidcProvidersPerAccount: 100,
  clientIdsPerProvider: 100,
  thumbprintsPerProvider: 5,
  iamTagsPerResource: 50,
  passwordCharacters: 128,
  /** Passwords that are hashed, or wait for it, in one process. */
  passwordsAtOnce: 64,
  /** Passwords of a user that it can be kept from taking again. */
  rememberedPasswords: 24,
  passwordAgeDays: 1_095,
  /** Characters that are no white space. Source: IAM, "IAM and AWS STS quotas". */
  managedPolicyCharacters: 6_144,
  userPolicyCharacters: 2_048,
  groupPolicyCharacters: 5_120,
  rolePolicyCharacters: 10_240,
  trustPolicyCharacters: 4_096,
  sessionPolicyCharacters: 2_048,
  sessionPolicyArns: 10,
  /** What policies and tags of one session may take once they are packed. */
  packedPolicyBytes: 2_048,
  sessionTokenCharacters: 4_096,
  resourcePolicyCharacters: 10_240,
  sessionNameCharacters: 64,
  sessionMinimumSeconds: 900,
  sessionDefaultSeconds: 3_600,
  /** The most that a role may allow. */
  sessionMaximumSeconds: 43_200,
  /** Of a session that another role's session asked for. */
  chainedSessionSeconds: 3_600,
  sessionTokenMinimumSeconds: 900,
  sessionTokenDefaultSeconds: 43_200,
  sessionTokenMaximumSeconds: 129_600,
  rootSessionTokenSeconds: 3_600,
  /** How long somebody stays signed in to the console. */
  consoleSignInSeconds: 43_200,
  /** How long credentials that a browser holds are good before they are renewed. */
  consoleCredentialSeconds: 3_600,
  /** Decisions on one page of a simulation. */
  simulationsPerPage: 1_000,
  /** Decisions that are made before other requests have their turn. */
  simulationsAtOnce: 20,
  /** After which a report of credentials has to be made anew. */
  credentialReportLifeMs: 4 * hour,
  /** Pull secrets of machines outside. */
  pullSecretMaximumDays: 3_650,
  pullSecretDefaultDays: 365,
  pullSecretsPerAccount: 1_000,
  pullSecretRepositories: 50,
  pullSecretDescriptionCharacters: 256,

  manifestBytes: 4 * MiB,
  manifestDepth: 32,
  manifestReferences: 1_000,
  /** In one of Docker's schema 1. */
  manifestSignatures: 4,
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
  /** How much of it may be over before somebody who hears of the layer has it begin anew. */
  layerLeaseSlackMs: 60 * second,

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

  /** Between two looks at an image that comes back from the archive. */
  activationRetryMs: 10 * second,
  /** Images that one call takes out of the trash for good, or some more. */
  emptiedAtOnce: 1_000,
  /** Images or layers that one transaction removes for good. */
  purgeBatch: 100,

  pageDefault: 100,
  pageMaximum: 1_000,
  referrersPageDefault: 20,
  referrersPageMaximum: 50,
  batchItems: 100,
  /** Manifests that one BatchGetImage answers with. */
  batchManifestBytes: 32 * MiB,
  /** Tags on one page of DescribeImages; a page with more ends before `maxResults`. */
  pageTags: 10_000,
  /** Rows with long texts or many tags that are read at once for a page. */
  heavyRowsAtOnce: 50,
  /** Characters of annotations on one page of ListImageReferrers, likewise. */
  pageAnnotationCharacters: 4 * MiB,
  tagKeysPerRequest: 200,
  /** Names that one page of `_catalog` looks at for a caller who may not list the registry. */
  catalogNamesLookedAt: 2_000,

  /** A repository's or registry's policy text. */
  policyCharacters: 10_240,
  /** A policy document as IAM's API takes it; its quotas are lower and IAM's own matter. */
  identityPolicyCharacters: 128 * KiB,
  keyPolicyCharacters: 32 * KiB,
  /** Actions for which a compiled policy remembers the statements that name them. */
  policyActionsRemembered: 256,
  /** Of those, for how many, and for how many resources of each, it remembers the statements on them. */
  policyResourceActionsRemembered: 12,
  policyResourcesRemembered: 16,
  /** Findings of one lint. */
  policyFindings: 100,

  /** What a denial says for DecodeAuthorizationMessage. */
  authorizationMessageCharacters: 64 * KiB,

  tokenLifeMs: 12 * hour,
  clockSkewMs: 300 * second,
  downloadUrlLifeMs: 1 * hour,
  /** How long a door may answer from what it knew of a principal (I8). */
  identityCacheMs: 5 * second,
  /** How long what was read of identities and policies is good for; the rest is for the read itself. */
  identityReadMs: 4 * second,
  /** Access keys whose principals are remembered, and repositories whose policies are. */
  rememberedPrincipals: 10_000,
  rememberedRepositories: 50_000,
  /** Registries of which it is remembered whose pulls do not count. */
  rememberedRegistries: 10_000,
  /** How often the last use of a key or a role is written at most, and of how many that is known. */
  useRecordedMs: 60 * second,
  rememberedUses: 10_000,
  /** How long the holder of ended credentials is told so, and how many rows one transaction removes. */
  expiredSessionMs: 24 * hour,
  expiredSessionBatch: 1_000,
  /** Keys, and repositories of each, of which one call says whether they can be used. */
  keyHealthKeys: 50,
  keyHealthRepositories: 1_000,
  /** How often uses of KMS keys are written, how many at once, and how many may wait. */
  keyUseFlushMs: 1 * second,
  keyUsesAtOnce: 500,
  keyUsesWaiting: 10_000,
  /** How long each use is kept; counts stay. As CloudTrail's event history. */
  keyUseLifeMs: 90 * 24 * hour,
  /** How often pulls are written, of how many images at once, and of how many they may wait. */
  pullFlushMs: 5 * second,
  pullsAtOnce: 500,
  pullsWaiting: 20_000,
  /** How much older than a pull the recorded one of its image may be. */
  pullTimeGranularityMs: 60 * second,
  /** Principals of a registry whose pulls do not count. Source: ECR, "Pull time update exclusions". */
  pullTimeExclusions: 100,
  principalArnCharacters: 200,
  /** For how long an image counts as in use that somebody says runs. */
  imageUseMinimumSeconds: 60,
  imageUseDefaultSeconds: 86_400,
  imageUseMaximumSeconds: 30 * 86_400,
  imageReporterCharacters: 128,
  /** What a container runtime is asked by `report-in-use`. */
  runtimeTimeoutMs: 10 * second,
  runtimeReplyBytes: 32 * MiB,
  runtimeContainers: 10_000,
  /** Rows of what is in use no more that one transaction removes. */
  expiredImageUseBatch: 1_000,
  /** Layers or images, and upload sessions, that are put under another key at once. */
  rekeyPageObjects: 500,
  rekeyPageSessions: 20,
  /** How long a repository's old key is still used after its content left it. */
  rekeySettleMs: 5 * second,
  dataKeyCacheMs: 30 * second,
  dataKeyCacheEntries: 10_000,
  /** Registries whose service key is kept open. */
  serviceKeyCacheEntries: 1_000,
  /** Master keys that open one deployment at a time: the one in use, and one that is to follow. */
  masterKeys: 2,
  /** Keys between the master key and the service keys: one more with each rotation, all of them kept. */
  keyGenerations: 10_000,
  /** How often a replica looks for a new generation; and how long one is known before it is used. */
  keyringRefreshMs: 5 * second,
  keyGenerationKnownMs: 30 * second,
  /** Rows whose keys are wrapped anew in one transaction; and how often all of them are gone through. */
  rewrapBatch: 100,
  rewrapPasses: 10,
  /** For how long a start waits for the KMS that holds the master key; and between two tries. */
  kmsPatienceMs: 60 * second,
  kmsRetryMs: 1 * second,
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
  /** Issuers whose endpoints for people are remembered. */
  signOnIssuers: 500,
  /** From being sent to an identity provider to having come back with a role. */
  signOnMs: 600 * second,
  /** An answer of a token endpoint. */
  tokenAnswerBytes: 128 * KiB,
  /** Roles of an account that are read at once to find those that trust somebody. */
  trustPageRoles: 500,
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
  /**
   * How long an object that was moved to another storage class is also kept where it was, for pulls
   * that began there; where clients are sent to the store itself, at least for as long as their URLs
   * are good.
   */
  movedObjectGraceMs: 900 * second,
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
  /** Layers of which the registry has all bytes in memory and which, sealed, are no larger than that. */
  wholeLayerBytes: 31 * KiB,
  /** Frames and uploads of at least so many bytes are worked on beside the main thread. */
  layerWorkBytes: 256 * KiB,
  /** Threads for them: with more, sockets and disk are what limits. */
  layerThreads: 4,
  /** Uploads whose hash is kept between their requests. */
  runningDigests: 10_000,
  /** Opened frames that are kept while a slower pull of the same layer may want them. */
  sharedFrames: 32,
  manifestCacheBytes: 32 * MiB,

  freeSpaceFloorBytes: 1024 * MiB,
  freeSpaceFloorRatio: 0.05,
  shutdownMs: 30 * second,
  crashDrainMs: 10 * second,
} as const;
