import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttackVector } from "./cvss.ts";
import { lowProbability, type PriorityFacts, priorityOf } from "./priority.ts";
import { defaultPriorityWeights, wholeWeight } from "./priority-weights.ts";
import { PriorityError, readPriorityWeights } from "./read-priority-weights.ts";
import { type Severity, severities } from "./severity.ts";

const nothing: PriorityFacts = {
  severity: "INFORMATIONAL",
  attackVector: "LOCAL",
  hasFix: false,
  runsAsRoot: false,
  exposesPorts: false,
  hasProductionTag: false,
  isInUse: false,
};
const everything: PriorityFacts = {
  severity: "CRITICAL",
  score: 10,
  attackVector: "NETWORK",
  exploited: { since: "2021-12-10", isRansomware: true },
  epss: { probability: 1, percentile: 1 },
  hasFix: true,
  runsAsRoot: true,
  exposesPorts: true,
  hasProductionTag: true,
  pulledDaysAgo: 0,
  isInUse: true,
};

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const facts: fc.Arbitrary<PriorityFacts> = fc.record(
  {
    severity: fc.constantFrom(...severities),
    score: fc.nat(100).map((tenths) => tenths / 10),
    attackVector: fc.constantFrom<AttackVector[]>("NETWORK", "ADJACENT", "LOCAL", "PHYSICAL"),
    exploited: fc.record({ isRansomware: fc.boolean() }),
    epss: fc.record({ probability, percentile: probability }),
    hasFix: fc.boolean(),
    runsAsRoot: fc.boolean(),
    exposesPorts: fc.boolean(),
    hasProductionTag: fc.boolean(),
    pulledDaysAgo: fc.nat(60),
    isInUse: fc.boolean(),
  },
  {
    requiredKeys: [
      ...(["severity", "hasFix", "runsAsRoot", "exposesPorts"] as const),
      ...(["hasProductionTag", "isInUse"] as const),
    ],
  },
);
const weights = fc
  .record({
    knownExploited: fc.integer({ min: 60, max: 90 }),
    ransomware: fc.nat(20),
    likelyExploited: fc.nat(60),
    severity: fc.double({ min: 0, max: 20, noNaN: true }),
    fix: fc.nat(20),
    inUse: fc.double({ min: 0, max: 6, noNaN: true }),
  })
  .map(readPriorityWeights);

/** What makes a finding worse, one thing at a time. */
const worse: Readonly<Record<string, (of: PriorityFacts) => PriorityFacts>> = {
  "known to be exploited": ({ exploited, ...of }) => ({
    ...of,
    exploited: exploited ?? { isRansomware: false },
  }),
  "used for ransomware": (of) => ({ ...of, exploited: { isRansomware: true } }),
  "more likely to be exploited": (of) => ({
    ...of,
    epss: { probability: ((of.epss?.probability ?? 0) + 1) / 2 },
  }),
  "of a worse word": (of) => ({ ...of, severity: worseWord[of.severity] }),
  "of a higher score": (of) => {
    return of.score === undefined ? of : { ...of, score: Math.min(of.score + 0.3, 10) };
  },
  fixable: (of) => ({ ...of, hasFix: true }),
  "attacked from further away": (of) => {
    return of.attackVector === undefined ? of : { ...of, attackVector: further[of.attackVector] };
  },
  "in an image with ports": (of) => ({ ...of, exposesPorts: true }),
  "in an image that runs as root": (of) => ({ ...of, runsAsRoot: true }),
  "in an image of production": (of) => ({ ...of, hasProductionTag: true }),
  "in an image that was pulled later": (of) => ({
    ...of,
    pulledDaysAgo: Math.floor((of.pulledDaysAgo ?? 60) / 2),
  }),
  "in an image in use": (of) => ({ ...of, isInUse: true }),
};
const worseWord: Readonly<Record<Severity, Severity>> = {
  UNDEFINED: "UNDEFINED",
  INFORMATIONAL: "LOW",
  LOW: "MEDIUM",
  MEDIUM: "HIGH",
  HIGH: "CRITICAL",
  CRITICAL: "CRITICAL",
};
const further: Readonly<Record<AttackVector, AttackVector>> = {
  PHYSICAL: "LOCAL",
  LOCAL: "ADJACENT",
  ADJACENT: "NETWORK",
  NETWORK: "NETWORK",
};

describe("the priority of a finding", () => {
  it("is from 0 to 100, and the points of its parts add up to it", () => {
    expect(priorityOf(nothing)).toEqual({ number: 0, parts: [] });
    expect(priorityOf(everything).number).toBe(99.5);
    expect(priorityOf({ ...everything, severity: "UNDEFINED" }).number).toBe(100);
    expect(wholeWeight(defaultPriorityWeights)).toBe(100);
    fc.assert(
      fc.property(facts, weights, (one, chosen) => {
        const { number, parts } = priorityOf(one, chosen);
        expect(number).toBeGreaterThanOrEqual(0);
        expect(number).toBeLessThanOrEqual(100);
        expect(number).toBe(Math.round(number * 10) / 10);
        const tenths = parts.reduce((sum, { points }) => sum + Math.round(points * 10), 0);
        expect(tenths).toBe(Math.round(number * 10));
        for (const { points, reason } of parts) {
          expect(points).toBeGreaterThan(0);
          expect(reason).toMatch(/^[A-Z].*[^.]$/);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each(Object.keys(worse))("is no lower for what is %s", (name) => {
    fc.assert(
      fc.property(facts, weights, (one, chosen) => {
        const other = worse[name]?.(one) ?? one;
        const before = priorityOf(one, chosen).number;
        expect(priorityOf(other, chosen).number).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 120 },
    );
  });

  it.each(Object.keys(worse).filter((name) => name !== "of a higher score"))(
    "is higher for what is %s, where nothing else is to be said",
    (name) => {
      const plain = { ...nothing, attackVector: "ADJACENT" as const, pulledDaysAgo: 60 };
      const other = worse[name]?.(plain) ?? plain;
      const pulled = name.includes("pulled") ? { ...plain, pulledDaysAgo: 5 } : other;
      expect(priorityOf(pulled).number).toBeGreaterThan(priorityOf(plain).number);
    },
  );

  it("of what is known to be exploited and has a fix is above all that is merely severe", () => {
    const unlikely = fc.double({ min: 0, max: lowProbability, noNaN: true });
    fc.assert(
      fc.property(facts, facts, unlikely, weights, (one, two, chance, chosen) => {
        const known = { ...one, exploited: one.exploited ?? { isRansomware: false }, hasFix: true };
        const { exploited: _, ...severe } = { ...two, severity: "CRITICAL" as const, score: 10 };
        const other = { ...severe, epss: { probability: chance, percentile: 0.99 } };
        for (const used of [chosen, defaultPriorityWeights]) {
          expect(priorityOf(known, used).number).toBeGreaterThan(priorityOf(other, used).number);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("takes what nobody rated for medium, and not for harmless", () => {
    const of = (severity: Severity) => priorityOf({ ...nothing, severity }).number;
    expect(of("UNDEFINED")).toBe(of("MEDIUM"));
    expect(of("UNDEFINED")).toBeGreaterThan(of("LOW"));
  });

  it("is explained in words", () => {
    const { number, parts } = priorityOf({
      ...nothing,
      severity: "HIGH",
      score: 9.8,
      attackVector: "NETWORK",
      epss: { probability: 0.25, percentile: 0.979 },
      hasFix: true,
      pulledDaysAgo: 3,
    });
    expect(number).toBe(44.8);
    expect(parts).toEqual([
      {
        factor: "likelyExploited",
        points: 17,
        reason: "It is 25 % likely to be exploited within 30 days, more than 97.9 % of all others",
      },
      { factor: "severity", points: 16, reason: "Its severity is high, CVSS 9.8" },
      { factor: "fix", points: 6, reason: "A version without it is available" },
      { factor: "network", points: 4, reason: "It is attacked over the network" },
      { factor: "pulled", points: 1.8, reason: "The image was pulled 3 days ago" },
    ]);
    const known = priorityOf({
      ...nothing,
      exploited: { since: "2021-12-10", isRansomware: true },
    });
    expect(known.parts.map(({ reason }) => reason)).toEqual([
      "It is known to be exploited, listed since 2021-12-10",
      "It is known to be used for ransomware",
    ]);
  });

  it("takes nothing for a number that is none", () => {
    const odd = { ...nothing, score: Number.NaN, pulledDaysAgo: Number.NaN };
    expect(priorityOf({ ...odd, epss: { probability: Number.NaN } }).number).toBe(0);
    expect(priorityOf({ ...nothing, epss: { probability: 7 } }).number).toBe(34);
    expect(priorityOf({ ...nothing, pulledDaysAgo: -4 }).number).toBe(2);
  });
});

describe("weights of priorities", () => {
  it("are the defaults where they are left out", () => {
    expect(readPriorityWeights({})).toEqual(defaultPriorityWeights);
    expect(readPriorityWeights({ root: 0 })).toEqual({ ...defaultPriorityWeights, root: 0 });
  });

  it.each<[unknown, string]>([
    [undefined, "object"],
    [null, "object"],
    [[50], "object"],
    [{ rooot: 1 }, "rooot"],
    [JSON.parse('{"__proto__": 1}'), "__proto__"],
    [{ root: "1" }, "number from 0 to 1000"],
    [{ root: -1 }, "number from 0 to 1000"],
    [{ root: Number.NaN }, "number from 0 to 1000"],
    [{ root: 1001 }, "number from 0 to 1000"],
    [{ likelyExploited: 51 }, "above knownExploited"],
    [{ severity: 80 }, "outweighs"],
    [{ knownExploited: 34 }, "outweighs"],
    [{ knownExploited: 0, likelyExploited: 0 }, "outweighs"],
    [Object.fromEntries(Object.keys(defaultPriorityWeights).map((name) => [name, 0])), "outweighs"],
  ])("are refused as %j, which says what is wrong", (value, message) => {
    expect(() => readPriorityWeights(value)).toThrow(PriorityError);
    expect(() => readPriorityWeights(value)).toThrow(message);
  });
});
