import type { CvssMetrics } from "./cvss-metrics.ts";

/** What a vector of version 2 must have. */
export const cvss2Metrics = { AV: "LAN", AC: "HML", Au: "MSN", C: "NPC", I: "NPC", A: "NPC" };

const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
};
const impacts: Readonly<Record<string, number>> = { N: 0, P: 0.275, C: 0.66 };

/** The base score of version 2. Source: CVSS v2 Complete Documentation, 3.2.1. */
export function cvss2BaseScore(metrics: CvssMetrics): number {
  const weight = (name: string) => weights[name]?.[metrics.get(name) ?? ""] ?? 0;
  const kept = (name: string) => 1 - (impacts[metrics.get(name) ?? ""] ?? 0);
  const impact = 10.41 * (1 - kept("C") * kept("I") * kept("A"));
  if (impact === 0) return 0;
  const exploitability = 20 * weight("AV") * weight("AC") * weight("Au");
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10) / 10;
}
