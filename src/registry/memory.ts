import { type AuditRetention, nothingKept, usualRetention } from "./audit/audit-kinds.ts";
import { AuditTrail } from "./audit/audit-trail.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { RegistrySignal } from "./events/registry-signal.ts";
import { Signal } from "./events/signal.ts";
import { AccessMemory } from "./identity/access-memory.ts";
import { IssuerMemory } from "./identity/issuer-memory.ts";
import { PullTimes } from "./images/pull-times.ts";
import { KeyUses } from "./kms/key-uses.ts";
import { RunningDigests } from "./layers/running-digests.ts";
import { SharedFrames } from "./layers/shared-frames.ts";
import { limits } from "./limits.ts";
import type { ObjectId } from "./names.ts";
import { UpstreamMemory } from "./pull-through-cache/upstream-memory.ts";
import { replicationLimits } from "./replication/replication-limits.ts";
import { suppressionLimits } from "./scanning/suppressions/suppression-limits.ts";
import type { VexIndex } from "./scanning/suppressions/vex-document.ts";
import type { Waiver } from "./scanning/suppressions/waiver.ts";
import type { LayerListing } from "./search/layer-listing.ts";
import { searchLimits } from "./search/search-limits.ts";
import { SerialQueue } from "./serial-queue.ts";
import { Slots } from "./slots.ts";
import { UsageTally } from "./usage/usage-tally.ts";

export interface MemoryOptions {
  readonly isWritten?: boolean;
  readonly audit?: AuditRetention;
}

/**
 * What one process remembers to be quick: opened manifests (immutable, keyed by the object they come
 * from), frames that several pulls share, the hashes of uploads in progress, the public keys of
 * issuers, and for a few seconds who may do what. Another replica, or this one after a restart, works
 * the same without it.
 */
export class RegistryMemory {
  readonly manifests = new BoundedCache<ObjectId, Buffer>(
    limits.manifestCacheBytes,
    (manifest) => manifest.length + 256,
  );
  readonly frames = new SharedFrames(limits.sharedFrames);
  readonly runningDigests = new RunningDigests(limits.runningDigests);
  readonly access = new AccessMemory();
  readonly keyUses: KeyUses;
  readonly pulls: PullTimes;
  readonly usage: UsageTally;
  readonly audit: AuditTrail;
  readonly issuers = new IssuerMemory();
  /** Raised when this process has committed events, and when it has put some of a registry into the log. */
  readonly outboxGrew = new Signal();
  readonly logGrew = new RegistrySignal();
  /** Who hashes a password does so alone: it is meant to be slow, and pulls go on beside it. */
  readonly passwordTurns = new SerialQueue(limits.passwordsAtOnce);
  /** Waivers that were opened, by their version. */
  readonly waivers = new BoundedCache<string, Waiver>(suppressionLimits.rememberedWaivers, () => 1);
  /** VEX documents that were opened: imported ones by their version, attached ones by their object. */
  readonly vexDocuments = new BoundedCache<string, { repositoryFilter: string; index: VexIndex }>(
    suppressionLimits.rememberedStatements,
    ({ index }) => index.weight + 1,
  );
  readonly attachedVex = new BoundedCache<ObjectId, VexIndex | "none">(
    suppressionLimits.rememberedStatements,
    (index) => (index === "none" ? 1 : index.weight + 1),
  );
  /** Layers that are being looked into, so that images which share one wait for the other. */
  readonly layersLookedInto = new Map<ObjectId, Promise<void>>();
  /** Files of layers, as changes of the layers below, by the image's object and the layer's place in it. */
  readonly layerListings = new BoundedCache<string, LayerListing>(
    searchLimits.rememberedFiles,
    ({ weight }) => weight,
  );
  /** Layers are large: who waits for a look into one does so alone. */
  readonly lookTurns = new SerialQueue(searchLimits.looksAtOnce);
  /** What is being fetched from other registries, and how they were found. */
  readonly upstreams: UpstreamMemory;
  /** Layers on their way to other deployments, a part of each in memory. */
  readonly layersToPeers = new Slots(replicationLimits.peerLayersAtOnce);
  /** Raised when events were taken out of the outbox: what follows from them may be there to do. */
  readonly eventsRouted = new Signal();
  /** When the free space was last looked at, and what that said. Milliseconds since the epoch. */
  space: { checkedAt: number; sufficient: boolean } = {
    checkedAt: Number.NEGATIVE_INFINITY,
    sufficient: true,
  };

  /**
   * @param options `isWritten`: false where nothing is written, so that nothing waits for it;
   *   `audit`: for how long records are kept
   */
  constructor({ isWritten = true, audit = usualRetention }: MemoryOptions = {}) {
    this.pulls = new PullTimes(isWritten ? limits.pullsWaiting : 0);
    this.usage = new UsageTally(isWritten);
    this.upstreams = new UpstreamMemory(isWritten);
    this.audit = new AuditTrail(isWritten ? audit : nothingKept);
    this.keyUses = new KeyUses({ isAudited: this.audit.keeps("key-use") });
  }
}
