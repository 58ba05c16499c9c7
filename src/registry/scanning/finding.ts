import type { Rating } from "./advisories/advisory.ts";
import type { PackageType } from "./found-package.ts";

/** What is known of a fix. Without one: affected, unless the source says more. */
export type FixState =
  | "fixed"
  | "affected"
  | "will not fix"
  | "under investigation"
  | "end of life";

/** Where a package was found. */
export interface PackagePlace {
  /** In the image's root: `var/lib/dpkg/status`. */
  readonly path: string;
  /** Within that archive. */
  readonly inside?: string;
  /** The oldest layer that has it. */
  readonly layerDiffId: string;
}

/** A package as findings tell of it. */
export interface VulnerablePackage {
  readonly type: PackageType;
  /** Whole, as its ecosystem writes it: `@babel/core`, `org.apache.logging.log4j:log4j-core`. */
  readonly name: string;
  /** Whole, with epoch and release. */
  readonly version: string;
  readonly architecture?: string;
  /** Of Debian and RPM. */
  readonly epoch?: number;
  /** Without epoch and release. */
  readonly upstreamVersion: string;
  readonly release?: string;
  /** As Inspector calls it: `OS`, `NODEPKG`, `GOBINARY`. */
  readonly packageManager: string;
  /** What it was built from, where its advisories go by that. */
  readonly source?: { readonly name: string; readonly version: string };
  /** Where it is, at least one place, in the order in which they were found. */
  readonly places: readonly PackagePlace[];
}

/** The likelihood that a vulnerability is exploited within 30 days. Source: first.org/epss */
export interface ExploitPrediction {
  readonly score: number;
  readonly percentile: number;
  /** The day that it is of: `2026-08-16`. */
  readonly date: string;
}

/** An entry of CISA's catalogue of vulnerabilities that are known to be exploited. Days as `2026-08-16`. */
export interface KnownExploited {
  readonly addedOn: string;
  readonly dueOn?: string;
  readonly isUsedByRansomware: boolean;
}

/** CISA's judgement of a vulnerability, as it publishes it. Source: github.com/cisagov/vulnrichment */
export interface SsvcDecision {
  readonly exploitation?: string;
  readonly automatable?: string;
  readonly technicalImpact?: string;
}

/** One vulnerability in one package of an image. Times are milliseconds since the epoch. */
export interface Finding {
  /** Its preferred name: the CVE, else GitHub's, else the source's. */
  readonly vulnerabilityId: string;
  /** Its other names. */
  readonly aliases: readonly string[];
  /** Advisories that tell of it, where they are more than a page about the CVE: `DSA-5417-1`. */
  readonly advisories: readonly string[];
  /** Whose advisory decided: `DEBIAN_CVE`, `GITHUB`. */
  readonly source: string;
  readonly sourceUrl: string;
  readonly title?: string;
  readonly publishedAt?: number;
  readonly updatedAt: number;
  /** Of every source, those of the one that decided first, a package's own before all others. */
  readonly ratings: readonly Rating[];
  readonly cwes: readonly string[];
  readonly references: readonly string[];
  readonly state: FixState;
  /** The version to change to, of the package or of what it is built from. */
  readonly fixedVersion?: string;
  readonly package: VulnerablePackage;
  readonly epss?: ExploitPrediction;
  readonly kev?: KnownExploited;
  readonly ssvc?: SsvcDecision;
}
