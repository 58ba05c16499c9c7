const second = 1000;
const day = 86_400 * second;
const KiB = 1024;
const MiB = 1024 * KiB;

/** Bounds of replication. */
export const replicationLimits = {
  /** Of a configuration. Source: ECR, "Service quotas"; ECR API model. */
  rules: 10,
  destinationsPerRule: 100,
  filtersPerRule: 100,
  filterCharacters: 256,
  /** Different ones, over all rules. */
  destinations: 25,

  /** Images of one lane that are looked at between two looks at the lane. */
  imagesAtOnce: 20,
  /** Of these, that are copied at once; of one, what it lists and its layers. */
  copiesAtOnce: 6,
  childrenAtOnce: 3,
  layersAtOnce: 4,
  /** Of one image within a registry, while somebody waits. Layers that came by then need not come again. */
  copyWithinMs: 900 * second,
  /** Images that one run of a lane copies, before others have their turn; and for how long it begins some. */
  imagesPerRun: 500,
  runMs: 30 * second,
  /** Lanes and backfills that a process works on at once, and of these, those to one region. */
  lanesAtOnce: 3,
  lanesToRegionAtOnce: 2,
  /** Tries of one image, with pauses that double up to an hour: it is given up after some hours. */
  attempts: 16,
  leaseMs: 60 * second,
  /** How soon a lane is tried again that somebody else works on. */
  busyMs: 1 * second,
  failureCharacters: 1_024,

  /** Options of a registry. */
  options: 100,
  platforms: 20,
  platformCharacters: 64,
  /** How long a removal is remembered: longer than a copy of what was there before can be on its way. */
  tombstoneLifeMs: 90 * day,
  /** Changes that are sent at once, and that are forgotten at once. */
  changesAtOnce: 100,
  changesRemoved: 500,

  /** Under way at once, in one registry. Source: ECR, StartReplicationBackfill. */
  backfills: 10,
  backfillLifeMs: 90 * day,
  backfillPage: 100,
  backfillFailureCodes: 20,
  backfillsRemoved: 100,
  backfillsPageDefault: 25,
  backfillsPage: 50,
  expiryEveryMs: 3600 * second,

  /** Deployments elsewhere. */
  peers: 32,
  /** Whose images one takes. */
  peerAccounts: 1_000,
  /** What is sent to one at once; ECR takes parts from 5 to 20 MiB. */
  peerPartBytes: 8 * MiB,
  /** Layers of this size and below go many in one request, together of at most so many bytes. */
  peerSmallLayerBytes: 512 * KiB,
  peerSmallLayersBytes: 2 * MiB,
  peerSmallLayersRequestBytes: 3 * MiB,
  /** Larger ones on their way from this process at once, of all lanes: each holds a part in memory. */
  peerLayersAtOnce: 4,
  peerAnswerBytes: 8 * MiB,
  peerTimeoutMs: 300 * second,
  /** The lowest rate that a part gets there with in that time. */
  peerBytesPerSecondLeast: 64 * KiB,
  /** Parts that may be sent twice because the other side counted otherwise, for one layer. */
  peerPartRepeats: 8,
  /** Digests that are asked about at once. */
  peerLayersAsked: 100,
} as const;
