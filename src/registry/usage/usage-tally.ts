import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { UsageAddition, UsageCalls } from "../../ports/usage-store.ts";
import { isPublicRegistry, type Registry } from "../names.ts";
import { countByRule, type GivenAway } from "../pull-through-cache/count-by-rule.ts";
import type { CountedRepository } from "./request-subject.ts";
import {
  type Destination,
  noCounts,
  periodStart,
  type UsageCounter,
  type UsageCounts,
  type UsageRepository,
  usageCounters,
  usagePeriodMs,
  usagePeriods,
  wholeRegistry,
} from "./usage.ts";
import { usageLimits } from "./usage-limits.ts";

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What was counted of one repository, or of a registry beside its repositories, in one minute. */
interface Entry {
  readonly registry: Registry;
  /** `undefined`: of no repository. */
  readonly repository: CountedRepository | undefined;
  readonly minute: number;
  readonly counts: Mutable<UsageCounts>;
  readonly calls: Map<string, number>;
}

const sentTo = {
  region: "sentRegionBytes",
  "other-region": "sentOtherRegionBytes",
  internet: "sentInternetBytes",
} as const satisfies Record<Destination, UsageCounter>;

/** What a request was for. */
export type RequestKind = Extract<
  UsageCounter,
  | "manifestReads"
  | "manifestWrites"
  | "layerReads"
  | "layerWrites"
  | "lists"
  | "deletes"
  | "otherRequests"
>;

/** One request that has ended, however. */
export interface EndedRequest {
  readonly registry: Registry;
  /** `undefined` where it was about none, or about one that is not there. */
  readonly repository: CountedRepository | undefined;
  readonly kind: RequestKind;
  readonly destination: Destination;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/**
 * What is used, counted in memory until it is written: a request must not wait for a row. Written every
 * `usageLimits.flushMs` and at a graceful stop; what a killed process had is lost. Hours and days are
 * added to at once, and a registry's sums with what its repositories add: so sums equal their parts.
 */
export class UsageTally {
  readonly #counts: boolean;
  /** What is counted now: by a repository's id, or by registry. */
  #current = new Map<string, Entry>();
  /** What waits to be written, by the same and by minute. */
  readonly #waiting = new Map<string, Entry>();
  readonly #known = new Set<string>();
  #dropped = 0;
  /** Whoever is counted next is mostly of the same one. */
  #lastRegistry = { account: "", region: "", key: " " };
  #writing: Promise<void> = Promise.resolve();

  /** @param counts false where nothing is ever written */
  constructor(counts: boolean) {
    this.#counts = counts;
  }

  /** How much waits to be written, in repositories and minutes. */
  get size(): number {
    return this.#current.size + this.#waiting.size;
  }

  pulled(repository: CountedRepository, at: number): void {
    if (this.#counts) this.#ofRepository(repository, at).counts.pulls += 1;
  }

  pushed(repository: CountedRepository, at: number): void {
    if (this.#counts) this.#ofRepository(repository, at).counts.pushes += 1;
  }

  ended(request: EndedRequest, at: number): void {
    if (!this.#counts) return;
    const { registry, repository } = request;
    const { counts } =
      repository === undefined
        ? this.#ofRegistry(registry, at)
        : this.#ofRepository(repository, at);
    counts[request.kind] += 1;
    counts[sentTo[request.destination]] += request.sentBytes;
    counts.receivedBytes += request.receivedBytes;
  }

  /** A use of a KMS key. */
  keyUsed(registry: Registry, at: number): void {
    if (this.#counts) this.#ofRegistry(registry, at).counts.keyOperations += 1;
  }

  /** @param operation one of a few */
  called(registry: Registry, operation: string, at: number): void {
    if (!this.#counts) return;
    const { calls } = this.#ofRegistry(registry, at);
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
  }

  /** How many minutes of repositories had no room to wait since this was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /**
   * Resolves when all that was counted before the call is written. What fails goes on waiting.
   * @throws what the first transaction that failed did
   */
  flush(metadata: Pick<MetadataStore, "transaction">): Promise<void> {
    const written = this.#writing.then(() => this.#write(metadata));
    this.#writing = written.catch(() => {}); // The caller hears of it; the next one tries again.
    return written;
  }

  #ofRepository(repository: CountedRepository, at: number): Entry {
    return this.#entry(repository.id, repository.registry, repository, at);
  }

  #ofRegistry(registry: Registry, at: number): Entry {
    const { account, region } = registry;
    let last = this.#lastRegistry;
    if (last.account !== account || last.region !== region) {
      last = { account, region, key: `${account} ${region}` };
      this.#lastRegistry = last;
    }
    return this.#entry(last.key, registry, undefined, at);
  }

  #entry(
    key: string,
    registry: Registry,
    repository: CountedRepository | undefined,
    at: number,
  ): Entry {
    const minute = Math.floor(at / usagePeriodMs.minute);
    const current = this.#current.get(key);
    if (current?.minute === minute) return current;
    if (current !== undefined) this.#wait(key, current);
    const entry = { registry, repository, minute, counts: { ...noCounts }, calls: new Map() };
    this.#current.set(key, entry);
    return entry;
  }

  #wait(key: string, entry: Entry): void {
    const place = `${key} ${entry.minute}`;
    const known = this.#waiting.get(place);
    if (known !== undefined) {
      addTo(known, entry);
      return;
    }
    if (this.#waiting.size >= usageLimits.scopesWaiting) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.set(place, entry);
  }

  async #write(metadata: Pick<MetadataStore, "transaction">): Promise<void> {
    const current = this.#current;
    this.#current = new Map();
    for (const [key, entry] of current) this.#wait(key, entry);
    // In one order, so that replicas that write at once never wait for each other in a circle.
    const keys = [...this.#waiting.keys()].sort();
    for (let start = 0; start < keys.length; start += usageLimits.scopesAtOnce) {
      const entries: [string, Entry][] = [];
      for (const key of keys.slice(start, start + usageLimits.scopesAtOnce)) {
        const entry = this.#waiting.get(key);
        if (entry !== undefined) entries.push([key, entry]);
        this.#waiting.delete(key);
      }
      try {
        await this.#store(
          metadata,
          entries.map(([, entry]) => entry),
        );
      } catch (error) {
        for (const [place, entry] of entries) {
          const known = this.#waiting.get(place);
          if (known === undefined) this.#waiting.set(place, entry);
          else addTo(known, entry);
        }
        throw error;
      }
    }
  }

  async #store(
    metadata: Pick<MetadataStore, "transaction">,
    entries: readonly Entry[],
  ): Promise<void> {
    const additions = additionsOf(entries);
    const calls = callsOf(entries);
    const unknown = this.#unknownAmong(entries);
    const shown = publicPulls(entries);
    await metadata.transaction(async (change) => {
      const { usage, publicRegistries } = change;
      await usage.repositories.know(unknown);
      await usage.counts.add(additions);
      for (const [repository, pulls] of shown) await publicRegistries.addPulls(repository, pulls);
      await usage.calls.add(calls);
      await countByRule(change, givenAway(entries));
    });
    if (this.#known.size + unknown.length > usageLimits.rememberedRepositories) this.#known.clear();
    for (const { repository } of unknown) this.#known.add(repository);
  }

  #unknownAmong(entries: readonly Entry[]): UsageRepository[] {
    const unknown = new Map<string, UsageRepository>();
    for (const { repository } of entries) {
      if (repository === undefined || this.#known.has(repository.id)) continue;
      const { registry, id, name } = repository;
      unknown.set(id, { registry, repository: id, name });
    }
    return [...unknown.values()];
  }
}

function addTo(entry: Entry, more: Entry): void {
  for (const name of usageCounters) entry.counts[name] += more.counts[name];
  for (const [operation, calls] of more.calls) {
    entry.calls.set(operation, (entry.calls.get(operation) ?? 0) + calls);
  }
}

/** What rules of the pull-through cache count. */
function givenAway(entries: readonly Entry[]): GivenAway[] {
  return entries.flatMap(({ repository, minute, counts }) => {
    if (repository === undefined) return [];
    const sentBytes = Object.values(sentTo).reduce((sum, counter) => sum + counts[counter], 0);
    return [{ repository, at: minute * usagePeriodMs.minute, pulls: counts.pulls, sentBytes }];
  });
}

/** What the gallery counts, in one order (D2). */
function publicPulls(entries: readonly Entry[]): [CountedRepository, number][] {
  const pulls = new Map<string, [CountedRepository, number]>();
  for (const { repository, registry, counts } of entries) {
    if (repository === undefined || counts.pulls === 0 || !isPublicRegistry(registry)) continue;
    const [, before] = pulls.get(repository.id) ?? [repository, 0];
    pulls.set(repository.id, [repository, before + counts.pulls]);
  }
  return inOrder(pulls);
}

/** To the repositories and to their registries: to hours and days, and pulls to minutes. */
function additionsOf(entries: readonly Entry[]): UsageAddition[] {
  const additions = new Map<string, UsageAddition & { readonly counts: Mutable<UsageCounts> }>();
  for (const { registry, repository, minute, counts } of entries) {
    const ids = repository === undefined ? [wholeRegistry] : [repository.id, wholeRegistry];
    for (const id of ids) {
      for (const period of usagePeriods) {
        const added = period === "minute" ? { ...noCounts, pulls: counts.pulls } : counts;
        if (usageCounters.every((name) => added[name] === 0)) continue;
        const at = periodStart(period, minute * usagePeriodMs.minute);
        const key = [registry.account, registry.region, period, id, at].join(" ");
        const known = additions.get(key);
        if (known === undefined) {
          additions.set(key, { registry, repository: id, period, at, counts: { ...added } });
        } else {
          for (const name of usageCounters) known.counts[name] += added[name];
        }
      }
    }
  }
  return inOrder(additions);
}

function callsOf(entries: readonly Entry[]): UsageCalls[] {
  const all = new Map<string, Mutable<UsageCalls>>();
  for (const { registry, minute, calls: counted } of entries) {
    for (const [operation, calls] of counted) {
      for (const period of usagePeriods) {
        const at = periodStart(period, minute * usagePeriodMs.minute);
        const key = [registry.account, registry.region, operation, period, at].join(" ");
        const known = all.get(key);
        if (known === undefined) all.set(key, { registry, operation, period, at, calls });
        else known.calls += calls;
      }
    }
  }
  return inOrder(all);
}

function inOrder<T>(values: ReadonlyMap<string, T>): T[] {
  return [...values].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
}
