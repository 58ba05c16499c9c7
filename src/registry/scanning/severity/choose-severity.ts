import { type Cvss, type CvssVersion, parseCvss } from "./cvss.ts";
import {
  type RatingSource,
  type Severity,
  severities,
  severityOfScore,
  severityOfWord,
} from "./severity.ts";

/** What one source says of a vulnerability, as it says it. All are kept; one is chosen when it is read. */
export interface Rating {
  readonly source: RatingSource;
  /** It speaks of the package in which the vulnerability was found, not of the vulnerability wherever it is. */
  readonly isOfPackage?: boolean;
  readonly word?: string;
  readonly vector?: string;
  /** A score whose vector is not known. */
  readonly score?: number;
}

export interface ChosenSeverity {
  readonly severity: Severity;
  /** Who said so. Absent if nobody rated it. */
  readonly source?: RatingSource;
  /** Absent if nobody gave a number, which may be another one than gave the word. */
  readonly score?: {
    readonly value: number;
    readonly source: RatingSource;
    readonly vector?: string;
    readonly version?: CvssVersion;
  };
}

/** What a choice depends on besides the ratings. */
export interface RatedFinding {
  /** The source of the advisory that led to the finding. */
  readonly raisedBy: RatingSource;
  /** The advisory's name: `GHSA-…`, `DSA-…`, `CVE-…`. */
  readonly advisoryId: string;
}

/**
 * Chooses one severity: the rating of the very package first, then whoever raised the finding, GitHub for
 * its own advisories, NVD, then anyone. Who says nothing that rates is passed over. The score comes from
 * the same source, if it gave one, and else from the first that did. Where several say the same thing of
 * equal weight, the newer version of CVSS counts, and then the worse. The order of ratings makes no
 * difference.
 */
export function chooseSeverity(ratings: readonly Rating[], finding: RatedFinding): ChosenSeverity {
  const judged = ratings.map(judge).toSorted((a, b) => compare(a, b, finding));
  const rated = judged.find(({ severity }) => severity !== "UNDEFINED");
  if (rated === undefined) return { severity: "UNDEFINED" };
  const scored =
    judged.find(
      ({ rating, value }) => rating.source === rated.rating.source && value !== undefined,
    ) ?? judged.find(({ value }) => value !== undefined);
  const score = scored === undefined ? undefined : scoreOf(scored);
  return {
    severity: rated.severity,
    source: rated.rating.source,
    ...(score === undefined ? {} : { score }),
  };
}

interface Judged {
  readonly rating: Rating;
  readonly severity: Severity;
  readonly value?: number;
  readonly cvss?: Cvss;
}

/** A source's own word counts before its number. */
function judge(rating: Rating): Judged {
  const cvss = rating.vector === undefined ? undefined : parseCvss(rating.vector);
  const value = cvss?.baseScore ?? scoreInBounds(rating.score);
  const word = severityOfWord(rating.source, rating.word ?? "");
  const byScore = value === undefined ? "UNDEFINED" : severityOfScore(value, cvss?.version);
  return {
    rating,
    severity: word === "UNDEFINED" ? byScore : word,
    ...(value === undefined ? {} : { value }),
    ...(cvss === undefined ? {} : { cvss }),
  };
}

function scoreInBounds(score: number | undefined): number | undefined {
  return score !== undefined && score >= 0 && score <= 10 ? score : undefined;
}

function scoreOf({ rating, value, cvss }: Judged): ChosenSeverity["score"] {
  if (value === undefined) return undefined;
  const { source } = rating;
  return cvss === undefined
    ? { value, source }
    : { value, source, vector: cvss.vector, version: cvss.version };
}

function compare(a: Judged, b: Judged, finding: RatedFinding): number {
  return (
    rank(a.rating, finding) - rank(b.rating, finding) ||
    compareText(a.rating.source, b.rating.source) ||
    // A word is what a source decided, a number what it reckoned.
    Number(b.rating.word !== undefined) - Number(a.rating.word !== undefined) ||
    compareText(b.cvss?.version ?? "", a.cvss?.version ?? "") ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    (b.value ?? -1) - (a.value ?? -1) ||
    compareText(a.rating.vector ?? "", b.rating.vector ?? "")
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function rank({ source, isOfPackage }: Rating, finding: RatedFinding): number {
  if (isOfPackage && source === finding.raisedBy) return 0;
  if (isOfPackage) return 1;
  if (source === finding.raisedBy && source !== "OTHER") return 2;
  if (source === "GITHUB" && finding.advisoryId.startsWith("GHSA-")) return 3;
  return source === "NVD" ? 4 : source === "CNA" ? 5 : 6;
}
