import type { Caller } from "../registry/identity/principal.ts";
import type { RegistryMemory } from "../registry/memory.ts";
import type { VulnerabilityDatabase } from "./advisories.ts";
import type { BlobStore } from "./blob-store.ts";
import type { Clock } from "./clock.ts";
import type { Egress } from "./egress.ts";
import type { Exclusive } from "./exclusive.ts";
import type { KeyService } from "./key-service.ts";
import type { LayerAnalysis } from "./layer-analysis.ts";
import type { LayerWork } from "./layer-work.ts";
import type { MetadataStore } from "./metadata-store.ts";
import type { TagPatterns } from "./tag-patterns.ts";

/** What the registry needs from outside. Passed first to every function of the registry. */
export interface Ports {
  readonly metadata: MetadataStore;
  readonly blobs: BlobStore;
  readonly keys: KeyService;
  readonly layerWork: LayerWork;
  readonly clock: Clock;
  readonly exclusive: Exclusive;
  readonly egress: Egress;
  readonly tagPatterns: TagPatterns;
  readonly layerAnalysis: LayerAnalysis;
  readonly vulnerabilities: VulnerabilityDatabase;
  /** What this process remembers to be quick. Losing it costs time and nothing else. */
  readonly memory: RegistryMemory;
  /** Who asked for what is being done; absent where the deployment acts by itself. */
  readonly onBehalfOf?: Caller | undefined;
}
