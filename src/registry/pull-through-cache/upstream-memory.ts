import { BoundedCache } from "../bounded-cache.ts";
import { Slots } from "../slots.ts";
import { cacheLimits } from "./cache-limits.ts";
import { CacheTally } from "./cache-tally.ts";
import type { LayerFetch } from "./layer-fetch.ts";
import type { FetchedManifest, Upstream } from "./upstream.ts";

/** An upstream as a rule comes to it. */
export interface RememberedUpstream {
  /** What it is shown. */
  readonly basic: string | undefined;
  readonly upstream: Upstream;
  /** When the rule's credentials are read again. Milliseconds since the epoch. */
  readonly checkAt: number;
}

/** What lets this deployment into a registry of a peer. */
export interface PeerLogin {
  /** `AWS:<password>` in base64. */
  readonly basic: string;
  /** Where the registry is, as the peer says. */
  readonly origin: string;
  /** Until when it is good. Milliseconds since the epoch. */
  readonly until: number;
}

/** What a tag was found to name. */
export interface RecentTag {
  readonly fetched: FetchedManifest;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What one process knows of upstreams and fetches from them. Losing it costs them some requests. */
export class UpstreamMemory {
  /** By rule and place, with the tokens that it gave. */
  readonly known = new BoundedCache<string, RememberedUpstream>(
    cacheLimits.rememberedUpstreams,
    () => 1,
  );
  /** What peers have given, by the same. */
  readonly peerLogins = new BoundedCache<string, PeerLogin>(
    cacheLimits.rememberedUpstreams,
    () => 1,
  );
  /** When a tag, or what is about an image, may be asked for again. Milliseconds since the epoch. */
  readonly askAt = new BoundedCache<string, number>(cacheLimits.rememberedTags, () => 1);
  /** Manifests that were fetched, by repository and digest. */
  readonly manifests = new BoundedCache<string, FetchedManifest>(
    cacheLimits.pendingManifestBytes,
    ({ bytes }) => bytes.length + 512,
  );
  /** When images were made, by repository and digest. Milliseconds since the epoch. */
  readonly madeAt = new BoundedCache<string, number | "unsaid">(
    cacheLimits.rememberedAges,
    () => 1,
  );
  /** What is under way: whoever wants the same waits for it. */
  readonly manifestFetches = new Map<string, Promise<FetchedManifest>>();
  readonly layers = new Map<string, LayerFetch>();
  readonly imports = new Map<string, Promise<void>>();
  /** What tags were found to name a moment ago. */
  readonly recentTags = new BoundedCache<string, RecentTag>(cacheLimits.rememberedTags, () => 1);
  /** Tags whose image is being imported: what they are to name. */
  readonly pendingTags = new Map<string, FetchedManifest>();
  readonly importSlots = new Slots(cacheLimits.importsAtOnce);
  readonly tally: CacheTally;

  /** @param isWritten false where nothing is written */
  constructor(isWritten: boolean) {
    this.tally = new CacheTally(isWritten);
  }
}
