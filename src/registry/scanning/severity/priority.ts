import type { AttackVector } from "./cvss.ts";
import { defaultPriorityWeights, type PriorityWeights, wholeWeight } from "./priority-weights.ts";
import type { Severity } from "./severity.ts";

/** What is known of a finding, and of the image that it is in. */
export interface PriorityFacts {
  readonly severity: Severity;
  /** CVSS base score. */
  readonly score?: number;
  readonly attackVector?: AttackVector;
  /** It is in a catalogue of what is exploited: since when, and whether for ransomware. */
  readonly exploited?: { readonly since?: string; readonly isRansomware: boolean };
  /** From 0 to 1: likely within 30 days, and how many others are less likely. */
  readonly epss?: { readonly probability: number; readonly percentile?: number };
  readonly hasFix: boolean;
  readonly runsAsRoot: boolean;
  readonly exposesPorts: boolean;
  readonly hasProductionTag: boolean;
  /** Absent if it never was. */
  readonly pulledDaysAgo?: number;
  readonly isInUse: boolean;
}

/** A part of a priority, with a sentence that says why. */
export interface PriorityPart {
  readonly factor: keyof PriorityWeights;
  /** In tenths, more than 0. */
  readonly points: number;
  readonly reason: string;
}

export interface Priority {
  /** From 0 to 100, in tenths. */
  readonly number: number;
  /** Whose points add up to the number, the most first. */
  readonly parts: readonly PriorityPart[];
}

/** A pull counts for less with each day, and for nothing after that many. */
const pulledDays = 30;
/** What is likely to be exploited is taken for not likely below that. See ADR 0052. */
export const lowProbability = 0.1;

type Share = readonly [factor: keyof PriorityWeights, share: number, reason: string];

/**
 * How soon a finding should be seen to. No fact that makes it worse takes anything off, and each part is
 * rounded down, so that the whole is never above 100. With weights as `readPriorityWeights` gives them,
 * what is known to be exploited and has a fix comes before all that is merely severe and not likely to be.
 */
export function priorityOf(
  facts: PriorityFacts,
  weights: PriorityWeights = defaultPriorityWeights,
): Priority {
  const whole = wholeWeight(weights);
  const parts = sharesOf(facts)
    .map(([factor, share, reason]) => ({
      factor,
      points: wholeTenths((weights[factor] * inBounds(share) * 100) / whole),
      reason,
    }))
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points);
  const tenths = parts.reduce((sum, { points }) => sum + Math.round(points * 10), 0);
  return { number: tenths / 10, parts };
}

/** Down to a tenth. What is a hair below one by floating point alone is that tenth. */
function wholeTenths(points: number): number {
  return Math.floor(points * 10 + 1e-6) / 10;
}

/** What is no number is nothing. */
function inBounds(share: number): number {
  return share > 0 ? Math.min(share, 1) : 0;
}

function sharesOf(facts: PriorityFacts): readonly Share[] {
  return [
    ...exploitation(facts),
    severityShare(facts),
    ["fix", Number(facts.hasFix), "A version without it is available"],
    ...reach(facts),
    ["production", Number(facts.hasProductionTag), "The image is tagged for production"],
    pulled(facts),
    ["inUse", Number(facts.isInUse), "The image is in use"],
  ];
}

function exploitation({ exploited, epss }: PriorityFacts): readonly Share[] {
  if (exploited !== undefined) {
    const since = exploited.since === undefined ? "" : `, listed since ${exploited.since}`;
    return [
      ["knownExploited", 1, `It is known to be exploited${since}`],
      ["ransomware", Number(exploited.isRansomware), "It is known to be used for ransomware"],
    ];
  }
  if (epss === undefined) return [];
  const { probability, percentile } = epss;
  const than = percentile === undefined ? "" : `, more than ${percent(percentile)} of all others`;
  const reason = `It is ${percent(probability)} likely to be exploited within 30 days${than}`;
  // Probabilities reach over several powers of ten: a hundredth of one is a tenth of the points.
  return [["likelyExploited", Math.sqrt(inBounds(probability)), reason]];
}

function percent(share: number): string {
  const tenths = Math.round(inBounds(share) * 1000) / 10;
  return share > 0 && tenths === 0 ? "less than 0.1 %" : `${tenths} %`;
}

/** The middle of the scores that a word stands for. */
const shares: Readonly<Record<Exclude<Severity, "UNDEFINED">, number>> = {
  CRITICAL: 0.95,
  HIGH: 0.8,
  MEDIUM: 0.55,
  LOW: 0.25,
  INFORMATIONAL: 0,
};

/** A vendor's word knows the package, a score knows the flaw: both count, where there are both. */
function severityShare({ severity, score }: PriorityFacts): Share {
  const byScore = score !== undefined && score >= 0 && score <= 10 ? score / 10 : undefined;
  const number = byScore === undefined ? "" : `, CVSS ${score}`;
  if (severity === "UNDEFINED") {
    return byScore === undefined
      ? ["severity", shares.MEDIUM, "Nobody has rated it: it counts as medium"]
      : ["severity", byScore, `It has no severity${number}`];
  }
  const byWord = shares[severity];
  const share = byScore === undefined ? byWord : (byWord + byScore) / 2;
  return ["severity", share, `Its severity is ${severity.toLowerCase()}${number}`];
}

const reached: Readonly<Record<AttackVector, readonly [share: number, reason: string]>> = {
  NETWORK: [1, "It is attacked over the network"],
  ADJACENT: [0.5, "It is attacked from a neighbouring network"],
  LOCAL: [0, ""],
  PHYSICAL: [0, ""],
};

/** What is not known is half of what it might be. */
function reach({ attackVector, exposesPorts, runsAsRoot }: PriorityFacts): readonly Share[] {
  const unknown = [0.5, "It is not known from where it is attacked"] as const;
  const [share, reason] = attackVector === undefined ? unknown : reached[attackVector];
  return [
    ["network", share, reason],
    ["ports", exposesPorts ? share : 0, "The image exposes ports"],
    ["root", Number(runsAsRoot), "The image runs as root"],
  ];
}

function pulled({ pulledDaysAgo }: PriorityFacts): Share {
  if (pulledDaysAgo === undefined) return ["pulled", 0, ""];
  const days = Math.max(Math.floor(pulledDaysAgo), 0);
  const when = days === 0 ? "today" : days === 1 ? "yesterday" : `${days} days ago`;
  return ["pulled", 1 - days / pulledDays, `The image was pulled ${when}`];
}
