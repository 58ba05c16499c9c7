import type { CvssMetrics } from "./cvss-metrics.ts";

/** What a vector of version 3.0 or 3.1 must have. */
export const cvss3Metrics = {
  ...{ AV: "NALP", AC: "LH", PR: "NLH", UI: "NR" },
  ...{ S: "UC", C: "HLN", I: "HLN", A: "HLN" },
};

const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
};
/** Privileges weigh less where what is reached is more than what has the flaw. */
const changedPrivileges: Readonly<Record<string, number>> = { N: 0.85, L: 0.68, H: 0.5 };
const impacts: Readonly<Record<string, number>> = { H: 0.56, L: 0.22, N: 0 };

/**
 * The base score of version 3.0 and 3.1. They differ in how they round, and in no base score once one
 * reckons exactly. Source: CVSS v3.1 Specification, 7.1 and appendix A.
 */
export function cvss3BaseScore(metrics: CvssMetrics): number {
  const weight = (name: string) => weights[name]?.[metrics.get(name) ?? ""] ?? 0;
  const kept = (name: string) => 1 - (impacts[metrics.get(name) ?? ""] ?? 0);
  const isChanged = metrics.get("S") === "C";
  const base = 1 - kept("C") * kept("I") * kept("A");
  const impact = isChanged ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  if (impact <= 0) return 0;
  const privileges = isChanged ? (changedPrivileges[metrics.get("PR") ?? ""] ?? 0) : weight("PR");
  const exploitability = 8.22 * weight("AV") * weight("AC") * privileges * weight("UI");
  return roundUp(Math.min((isChanged ? 1.08 : 1) * (impact + exploitability), 10));
}

/** To the next tenth, without being led astray by what floating point adds. */
function roundUp(score: number): number {
  const whole = Math.round(score * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
