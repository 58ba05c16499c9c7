import { type CvssMetrics, isOneOf } from "./cvss-metrics.ts";
import { type MacroVector, macroVectorScore } from "./cvss4-lookup.ts";

/** What a vector of version 4.0 must have. */
export const cvss4Metrics = {
  ...{ AV: "NALP", AC: "LH", AT: "NP", PR: "NLH", UI: "NPA" },
  ...{ VC: "HLN", VI: "HLN", VA: "HLN", SC: "HLN", SI: "HLN", SA: "HLN" },
};

/** Values from the most severe one on: the distance of two is that of their places. */
const severities: Readonly<Record<string, string>> = {
  ...cvss4Metrics,
  ...{ SC: "HLN", SI: "SHLN", SA: "SHLN", CR: "HML", IR: "HML", AR: "HML", E: "APU" },
};
const defaults: Readonly<Record<string, string>> = { E: "A", CR: "H", IR: "H", AR: "H" };

/** Metrics of each part, with the values of its most severe vectors in the order of `names`. */
interface Part {
  readonly names: readonly string[];
  readonly most: readonly string[];
  /** How far it is from the most to the least severe vector. */
  readonly depth: number;
}

const impactNames = ["VC", "VI", "VA", "CR", "IR", "AR"];
const parts = {
  eq1: [
    { names: ["AV", "PR", "UI"], most: ["NNN"], depth: 1 },
    { names: ["AV", "PR", "UI"], most: ["ANN", "NLN", "NNP"], depth: 4 },
    { names: ["AV", "PR", "UI"], most: ["PNN", "ALP"], depth: 5 },
  ],
  eq2: [
    { names: ["AC", "AT"], most: ["LN"], depth: 1 },
    { names: ["AC", "AT"], most: ["HN", "LP"], depth: 2 },
  ],
  /** By EQ3 and EQ6. */
  eq3eq6: {
    "00": { names: impactNames, most: ["HHHHHH"], depth: 7 },
    "01": { names: impactNames, most: ["HHLMMH", "HHHMMM"], depth: 6 },
    "10": { names: impactNames, most: ["LHHHHH", "HLHHHH"], depth: 8 },
    "11": {
      names: impactNames,
      most: ["LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM"],
      depth: 8,
    },
    "21": { names: impactNames, most: ["LLLHHH"], depth: 10 },
  } as Readonly<Record<string, Part>>,
  eq4: [
    { names: ["SC", "SI", "SA"], most: ["HSS"], depth: 6 },
    { names: ["SC", "SI", "SA"], most: ["HHH"], depth: 5 },
    { names: ["SC", "SI", "SA"], most: ["LLL"], depth: 4 },
  ],
};

/** A metric's value: as it is modified, as it is given, or what stands for none. */
type Values = (name: string) => string;

/**
 * The score of version 4.0, with all that the vector says of threat and environment. A value that there
 * is none of counts as not given. Source: CVSS v4.0 Specification, 8.
 */
export function cvss4Score(metrics: CvssMetrics): number {
  const values: Values = (name) => {
    const known = severities[name] ?? "";
    const modified = metrics.get(`M${name}`);
    if (isOneOf(modified, known)) return modified ?? "";
    const given = metrics.get(name);
    return isOneOf(given, known) ? (given ?? "") : (defaults[name] ?? "");
  };
  if (["VC", "VI", "VA", "SC", "SI", "SA"].every((name) => values(name) === "N")) return 0;
  const macro = macroVectorOf(values);
  const most = macroVectorScore(macro) ?? 0;
  const shares = [
    shareOf(parts.eq1[macro.eq1], values, most, [{ ...macro, eq1: macro.eq1 + 1 }]),
    shareOf(parts.eq2[macro.eq2], values, most, [{ ...macro, eq2: macro.eq2 + 1 }]),
    shareOf(parts.eq3eq6[`${macro.eq3}${macro.eq6}`], values, most, lowerImpacts(macro)),
    shareOf(parts.eq4[macro.eq4], values, most, [{ ...macro, eq4: macro.eq4 + 1 }]),
    // Of threat there is one vector to each level: no distance from the most severe one.
    shareOf({ names: [], most: [""], depth: 1 }, values, most, [{ ...macro, eq5: macro.eq5 + 1 }]),
  ].filter((share) => share !== undefined);
  const sum = shares.reduce((total, share) => total + share, 0);
  const score = most - (shares.length === 0 ? 0 : sum / shares.length);
  // Half a tenth is rounded up, also where floating point falls just short of it.
  return Math.round((Math.min(Math.max(score, 0), 10) + 1e-6) * 10) / 10;
}

/** What the distance in one part takes off. Undefined if nothing less severe is there. */
function shareOf(
  part: Part | undefined,
  values: Values,
  most: number,
  lower: readonly MacroVector[],
): number | undefined {
  const scores = lower.map(macroVectorScore).filter((score) => score !== undefined);
  if (part === undefined || scores.length === 0) return undefined;
  return ((most - Math.max(...scores)) * distance(part, values)) / part.depth;
}

/** From the first of the most severe vectors that is at least as severe in every metric. */
function distance({ names, most }: Part, values: Values): number {
  for (const vector of most) {
    const steps = names.map((name, at) => {
      const order = severities[name] ?? "";
      return order.indexOf(values(name)) - order.indexOf(vector.charAt(at));
    });
    if (steps.every((step) => step >= 0)) return steps.reduce((total, step) => total + step, 0);
  }
  return 0;
}

/** One step further down: EQ3 and EQ6 depend on each other. */
function lowerImpacts(macro: MacroVector): readonly MacroVector[] {
  const byEq3 = { ...macro, eq3: macro.eq3 + 1 };
  const byEq6 = { ...macro, eq6: macro.eq6 + 1 };
  if (macro.eq6 === 1) return [byEq3];
  return macro.eq3 === 0 ? [byEq6, byEq3] : [byEq6];
}

function macroVectorOf(values: Values): MacroVector {
  const is = (name: string, value: string) => values(name) === value;
  const any = (names: readonly string[], value: string) => names.some((name) => is(name, value));
  const open = ["AV", "PR", "UI"].filter((name) => is(name, "N")).length;
  const eq3 = is("VC", "H") && is("VI", "H") ? 0 : any(["VC", "VI", "VA"], "H") ? 1 : 2;
  const needed = (requirement: string, impact: string) => is(requirement, "H") && is(impact, "H");
  return {
    eq1: open === 3 ? 0 : open > 0 && !is("AV", "P") ? 1 : 2,
    eq2: is("AC", "L") && is("AT", "N") ? 0 : 1,
    eq3,
    eq4: any(["SI", "SA"], "S") ? 0 : any(["SC", "SI", "SA"], "H") ? 1 : 2,
    eq5: "APU".indexOf(values("E")),
    eq6: needed("CR", "VC") || needed("IR", "VI") || needed("AR", "VA") ? 0 : 1,
  };
}
