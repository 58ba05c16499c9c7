import { type CvssMetrics, maxVectorLength, parseMetrics } from "./cvss-metrics.ts";
import { cvss2BaseScore, cvss2Metrics } from "./cvss2.ts";
import { cvss3BaseScore, cvss3Metrics } from "./cvss3.ts";
import { cvss4Metrics, cvss4Score } from "./cvss4.ts";

export type CvssVersion = "2.0" | "3.0" | "3.1" | "4.0";
export type AttackVector = "NETWORK" | "ADJACENT" | "LOCAL" | "PHYSICAL";

/** A rating of a vulnerability by a vector of the Common Vulnerability Scoring System. */
export interface Cvss {
  readonly version: CvssVersion;
  /** As it was given. */
  readonly vector: string;
  /** By base metrics alone, 0 to 10: the worst that there is to it. */
  readonly baseScore: number;
  /** Version 4: with what the vector says of threat and environment. Of others, the base score. */
  readonly score: number;
  readonly attackVector: AttackVector;
}

const prefixes: readonly (readonly [prefix: string, version: CvssVersion])[] = [
  ["CVSS:4.0/", "4.0"],
  ["CVSS:3.1/", "3.1"],
  ["CVSS:3.0/", "3.0"],
  ["CVSS:2.0/", "2.0"],
];

const required = {
  "2.0": cvss2Metrics,
  "3.0": cvss3Metrics,
  "3.1": cvss3Metrics,
  "4.0": cvss4Metrics,
};
const attackVectors: Readonly<Record<string, AttackVector>> = {
  ...{ N: "NETWORK", A: "ADJACENT", L: "LOCAL", P: "PHYSICAL" },
};

/**
 * Reads and scores a vector of any version. One without prefix is of version 2, with or without the
 * brackets that are put around these. Undefined if it is not whole: no part of one is guessed.
 */
export function parseCvss(vector: string): Cvss | undefined {
  if (vector.length > maxVectorLength) return undefined;
  const text = vector.trim();
  const found = prefixes.find(([prefix]) => text.startsWith(prefix));
  const version = found?.[1] ?? "2.0";
  const bare = text.startsWith("(") && text.endsWith(")") ? text.slice(1, -1) : text;
  const metrics = parseMetrics(found ? text.slice(found[0].length) : bare, required[version]);
  const attackVector = attackVectors[metrics?.get("AV") ?? ""];
  if (metrics === undefined || attackVector === undefined) return undefined;
  return { version, vector: text, ...scoresOf(version, metrics), attackVector };
}

function scoresOf(version: CvssVersion, metrics: CvssMetrics) {
  if (version === "4.0") {
    const base = new Map([...metrics].filter(([name]) => Object.hasOwn(cvss4Metrics, name)));
    return { baseScore: cvss4Score(base), score: cvss4Score(metrics) };
  }
  const score = version === "2.0" ? cvss2BaseScore(metrics) : cvss3BaseScore(metrics);
  return { baseScore: score, score };
}
