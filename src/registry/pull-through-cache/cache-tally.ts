import type { MetadataStore } from "../../ports/metadata-store.ts";
import { isRegistryError } from "../errors.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import { periodStart } from "../usage/usage.ts";
import { cacheLimits } from "./cache-limits.ts";
import type { CacheRule } from "./cache-rule.ts";
import { type CacheHealth, noCacheCounts } from "./cache-usage.ts";

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What was asked of the upstream of one rule in one hour. */
interface Entry {
  readonly registry: Registry;
  readonly key: string;
  readonly at: number;
  misses: number;
  fetchedBytes: number;
  readonly health: Mutable<CacheHealth>;
}

/**
 * What is asked of upstreams, counted in memory until it is written, as `UsageTally` is, and with it.
 * What a killed process had is lost.
 */
export class CacheTally {
  readonly #counts: boolean;
  #entries = new Map<string, Entry>();
  #dropped = 0;

  /** @param counts false where nothing is ever written */
  constructor(counts: boolean) {
    this.#counts = counts;
  }

  /** How much waits to be written, in rules and hours. */
  get size(): number {
    return this.#entries.size;
  }

  /** A pull that the upstream was asked for. */
  missed(rule: CacheRule, at: number): void {
    const entry = this.#entry(rule, at);
    if (entry !== undefined) entry.misses += 1;
  }

  /** Something that the upstream gave, or a part of it. */
  fetched(rule: CacheRule, bytes: number, at: number): void {
    const entry = this.#entry(rule, at);
    if (entry === undefined) return;
    entry.fetchedBytes += bytes;
    entry.health.fetchedAt = at;
  }

  /** An upstream that did not give what it was asked for. That it does not have it is no failure. */
  failed(rule: CacheRule, repositoryName: RepositoryName, error: unknown, at: number): void {
    if (isAbsence(error) || !(error instanceof Error)) return;
    const entry = this.#entry(rule, at);
    if (entry === undefined) return;
    const reason = error.message.slice(0, cacheLimits.reasonCharacters);
    entry.health.failure = { at, reason, repositoryName };
  }

  /** How many rules and hours had no room to wait since this was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Writes what waits, of rules that are still there. What fails goes on waiting. */
  async flush(metadata: Pick<MetadataStore, "transaction">): Promise<void> {
    const entries = this.#entries;
    if (entries.size === 0) return;
    this.#entries = new Map();
    // In one order, so that replicas that write at once never wait for each other in a circle.
    const inOrder = [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
    try {
      await store(
        metadata,
        inOrder.map(([, entry]) => entry),
      );
    } catch (error) {
      for (const [place, entry] of inOrder) this.#putBack(place, entry);
      throw error;
    }
  }

  #entry({ registry, key }: CacheRule, now: number): Entry | undefined {
    if (!this.#counts) return undefined;
    const at = periodStart("hour", now);
    const place = [registry.account, registry.region, key, at].join(" ");
    const known = this.#entries.get(place);
    if (known !== undefined) return known;
    if (this.#entries.size >= cacheLimits.countsWaiting) {
      this.#dropped += 1;
      return undefined;
    }
    const entry = { registry, key, at, misses: 0, fetchedBytes: 0, health: {} };
    this.#entries.set(place, entry);
    return entry;
  }

  #putBack(place: string, entry: Entry): void {
    const later = this.#entries.get(place);
    if (later === undefined) {
      this.#entries.set(place, entry);
      return;
    }
    later.misses += entry.misses;
    later.fetchedBytes += entry.fetchedBytes;
    later.health.fetchedAt ??= entry.health.fetchedAt;
    later.health.failure ??= entry.health.failure;
  }
}

async function store(
  metadata: Pick<MetadataStore, "transaction">,
  entries: readonly Entry[],
): Promise<void> {
  await metadata.transaction(async ({ cacheRules }) => {
    for (const { registry, key, at, misses, fetchedBytes, health } of entries) {
      // Locked, so that what is counted of a rule does not outlive it.
      if ((await cacheRules.lock(registry, key)) === undefined) continue;
      const counts = { ...noCacheCounts, misses, fetchedBytes };
      await cacheRules.addUsage([{ registry, key, at, ...counts }]);
      await cacheRules.noteHealth(registry, key, health);
    }
  });
}

function isAbsence(error: unknown): boolean {
  if (error instanceof TakeoverFailure) return error.kind === "missing";
  return isRegistryError(error, "ImageNotFound") || isRegistryError(error, "LayersNotFound");
}
