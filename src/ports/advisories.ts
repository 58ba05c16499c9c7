import type { Advisory } from "../registry/scanning/advisories/advisory.ts";
import type { EndOfLifeDates } from "../registry/scanning/advisories/end-of-life-dates.ts";
import type { VulnerabilityFacts } from "../registry/scanning/advisories/vulnerability-facts.ts";

/** A package name of an ecosystem, both as advisories have them. */
export interface AdvisoryName {
  /** With or without a release. */
  readonly ecosystem: string;
  /** See `advisoryName`. */
  readonly name: string;
}

/** What one source brought into an index. */
export interface AdvisorySourceFacts {
  /** An ecosystem without release (`Debian`), or `cve`, `epss`, `kev`, `eol`. */
  readonly source: string;
  /** Advisories of an ecosystem, each package and release for itself; or CVEs, or products. */
  readonly rows: number;
  /** What is the newest in it, in milliseconds since the epoch. */
  readonly newestAt: number | undefined;
}

/** Which advisories an index has. */
export interface AdvisoriesAbout {
  /** Of two indexes with one version, all answers are the same. */
  readonly version: string;
  readonly builtAt: number;
  readonly sources: readonly AdvisorySourceFacts[];
  /** With releases: an ecosystem that is not among them was never imported, and says nothing of a package. */
  readonly ecosystems: ReadonlySet<string>;
  /** When what is newest in it was modified: how old its knowledge is. Never after it was built. */
  readonly asOf: number;
  /** By ecosystem, of those that came whole from osv.dev: until when all changes are in it. */
  readonly followed: Readonly<Record<string, number>>;
  /** Records that were refused when it was built, and parts that were left out. */
  readonly refused: number;
  readonly odd: number;
}

/** What differs between two indexes. */
export interface AdvisoryChanges {
  /** Whose advisories differ, with releases where advisories have them. */
  readonly names: readonly AdvisoryName[];
  /** Of whose facts any differ, but for EPSS, which moves daily. */
  readonly cves: readonly string[];
}

/** Advisories as they were when the index was built: it never changes. */
export interface AdvisoryIndex {
  readonly about: AdvisoriesAbout;
  /**
   * All that is known of these packages, whatever release it is about, by family of ecosystem and name as
   * `advisoryPlace` joins them. What nothing is known of is absent.
   */
  advisories(names: readonly AdvisoryName[]): Promise<ReadonlyMap<string, readonly Advisory[]>>;
  /** What is known of these CVEs; of what is none, nothing. */
  facts(cves: readonly string[]): Promise<ReadonlyMap<string, VulnerabilityFacts>>;
  endOfLife(): Promise<EndOfLifeDates>;
  /**
   * What it says otherwise than the index of that version did; nothing where that is its own. `undefined`
   * where that is not known: then everything may be.
   */
  changesSince(version: string): Promise<AdvisoryChanges | undefined>;
  close(): void;
}

/** Where indexes are: of this machine, or of a fleet. */
export interface VulnerabilityDatabase {
  /**
   * The newest index. The same object as long as there is no newer one. `undefined` if none was ever made.
   * Whoever is given it may use it until the next call gave another one and its own work is over.
   */
  current(): Promise<AdvisoryIndex | undefined>;
}

/** Where advisories are published; what is absent is not fetched. */
export interface FeedAddresses {
  /** Folders of ecosystems, as osv.dev has them. */
  readonly osv: string | undefined;
  readonly ecosystems: readonly string[];
  readonly epss: string | undefined;
  readonly kev: string | undefined;
}

export interface FetchedFeed {
  /** An ecosystem, `epss` or `kev`. */
  readonly feed: string;
  readonly sizeBytes: number;
  /** Why there is nothing of it: what was there is kept. */
  readonly failure?: string;
  /** Whether it is all there is, or only what changed. */
  readonly isWhole: boolean;
}

/** Why records, or parts of them, were left out. */
export interface LeftOut {
  readonly reason: string;
  readonly count: number;
  /** Where the first one was. */
  readonly example: string;
}

export interface BuiltIndex {
  readonly version: string;
  readonly sizeBytes: number;
  /** Records that were read. */
  readonly records: number;
  /** Whether nothing that is used was in what came: neither a record nor a catalogue. */
  readonly isEmpty: boolean;
  readonly refused: readonly LeftOut[];
  readonly odd: readonly LeftOut[];
}
