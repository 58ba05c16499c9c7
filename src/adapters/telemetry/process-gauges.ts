import { Counter, Gauge, type Registry } from "prom-client";
import type { BlobStore } from "../../ports/blob-store.ts";
import type { DatabaseLoad } from "../../ports/metadata-store.ts";
import type { CacheUse } from "../../registry/bounded-cache.ts";
import type { RegistryMemory } from "../../registry/memory.ts";

/** What this process is made of, as far as it can be full or busy. */
export interface ProcessSources {
  readonly memory: RegistryMemory;
  readonly blobs: Pick<BlobStore, "space">;
  /** Connections that are open now. */
  readonly connections: () => number;
  readonly load: () => ProcessLoad;
  /** Of the metadata's write-ahead log, where it is this process's own. */
  readonly logBytes?: (() => number) | undefined;
}

export interface ProcessLoad {
  readonly database: DatabaseLoad;
  readonly layerThreads: { readonly threads: number; readonly waiting: number };
  readonly dataKeys: CacheUse;
}

/** How full and how busy the process is, and what its caches are worth. */
export function addProcessGauges(registry: Registry, sources: ProcessSources): void {
  const registers = [registry];
  const { memory, connections, logBytes } = sources;
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge("entrepot_connections", "Connections that are open.", connections);
  gauge("entrepot_layer_threads", "Threads that work on layers.", () => {
    return sources.load().layerThreads.threads;
  });
  gauge("entrepot_manifest_cache_bytes", "Bytes of manifests that are kept opened.", () => {
    return memory.manifests.weight;
  });
  if (logBytes !== undefined) {
    gauge("entrepot_metadata_log_bytes", "Length of SQLite's write-ahead log.", logBytes);
  }
  addQueues(registers, sources);
  addPool(registers, sources);
  addSpace(registers, sources);
  addCaches(registers, sources);
  addKeyUses(registers, sources);
}

function addQueues(registers: Registry[], { memory, load }: ProcessSources): void {
  new Gauge({
    name: "entrepot_queue_length",
    help: "What waits in this process for its turn, or to be written.",
    labelNames: ["queue"],
    registers,
    collect() {
      const { database, layerThreads } = load();
      this.set({ queue: "database" }, database.waiting);
      this.set({ queue: "layer_threads" }, layerThreads.waiting);
      this.set({ queue: "passwords" }, memory.passwordTurns.length);
      this.set({ queue: "pull_times" }, memory.pulls.size);
      this.set({ queue: "key_uses" }, memory.keyUses.size);
      this.set({ queue: "usage" }, memory.usage.size);
    },
  });
}

function addPool(registers: Registry[], { load }: ProcessSources): void {
  if (load().database.size === undefined) return;
  new Gauge({
    name: "entrepot_database_connections",
    help: "Places for connections to the database, by whether they are in use.",
    labelNames: ["state"],
    registers,
    collect() {
      const { inUse = 0, size = 0 } = load().database;
      this.set({ state: "used" }, inUse);
      this.set({ state: "free" }, size - inUse);
    },
  });
}

function addSpace(registers: Registry[], { blobs }: ProcessSources): void {
  new Gauge({
    name: "entrepot_blob_store_space_bytes",
    help: "Bytes of the disk that layers are on; absent where there is no bound.",
    labelNames: ["state"],
    registers,
    async collect() {
      const space = await blobs.space();
      if (space === undefined) return;
      this.set({ state: "free" }, space.freeBytes);
      this.set({ state: "used" }, space.totalBytes - space.freeBytes);
    },
  });
}

function addCaches(registers: Registry[], { memory, load }: ProcessSources): void {
  const { manifests, frames, access } = memory;
  const caches: readonly (readonly [string, () => CacheUse])[] = [
    ["manifests", () => manifests],
    ["frames", () => frames],
    ["data_keys", () => load().dataKeys],
    ["principals", () => access.principals],
    ["repository_policies", () => access.repositories],
    ["registry_policies", () => access.registries],
    ["key_decisions", () => access.keyDecisions],
  ];
  new Counter({
    name: "entrepot_cache_requests_total",
    help: "How often something was looked for in a cache of this process, and was there or not.",
    labelNames: ["cache", "result"],
    registers,
    collect() {
      this.reset();
      for (const [cache, use] of caches) {
        this.inc({ cache, result: "hit" }, use().hits);
        this.inc({ cache, result: "miss" }, use().misses);
      }
    },
  });
}

function addKeyUses(registers: Registry[], { memory }: ProcessSources): void {
  new Counter({
    name: "entrepot_key_uses_total",
    help: "Uses of KMS keys by the registry for what repositories hold.",
    labelNames: ["operation"],
    registers,
    collect() {
      this.reset();
      for (const [operation, uses] of memory.keyUses.totals) this.inc({ operation }, uses);
    },
  });
}
