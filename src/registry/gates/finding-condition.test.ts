import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRegistryError } from "../errors.ts";
import type { WeighedFinding } from "../scanning/weighed-finding.ts";
import { blockingFindings } from "./evaluate-verdict.ts";
import {
  checkCondition,
  compileFindingCondition,
  factsOf,
  findingFacts,
} from "./finding-condition.ts";
import type { FindingCondition, GateRule } from "./gate.ts";

const dayMs = 24 * 60 * 60 * 1000;
const now = Date.parse("2026-06-01T00:00:00Z");
const finding: WeighedFinding = {
  ...{ id: "0", vulnerabilityId: "CVE-2026-1", aliases: ["GHSA-1"], advisories: [] },
  ...{ source: "NVD", sourceUrl: "", publishedAt: now - 10 * dayMs, updatedAt: 0 },
  ...{ ratings: [], cwes: [], references: [], state: "fixed", fixedVersion: "2" },
  package: {
    ...{ type: "deb", name: "openssl", version: "1", upstreamVersion: "1" },
    ...{ packageManager: "OS", places: [] },
  },
  ...{ severity: "HIGH", firstObservedAt: now - dayMs, lastObservedAt: now, changedAt: now },
  priority: { number: 42.5, parts: [] },
};
const holds = (condition: FindingCondition, of = finding) =>
  compileFindingCondition(condition)(factsOf(of, now));

describe("A condition", () => {
  it.each<[FindingCondition, boolean]>([
    [{ StringEquals: { severity: ["HIGH"] } }, true],
    [{ StringNotEquals: { Severity: ["HIGH"] } }, false],
    [{ "ForAnyValue:StringLike": { CVE: ["GHSA-*"] } }, true],
    [{ NumericGreaterThanEquals: { Priority: ["42.5"] } }, true],
    [{ NumericGreaterThan: { Priority: ["42.5"] } }, false],
    [{ NumericGreaterThanEquals: { AgeDays: ["10"] } }, true],
    [{ NumericGreaterThan: { AgeDays: ["10"] } }, false],
    // An absent fact makes a condition false, and a negated one true.
    [{ NumericGreaterThan: { Epss: ["0"] } }, false],
    [{ NumericNotEquals: { Epss: ["0"] } }, true],
    [{ NumericGreaterThanIfExists: { Epss: ["0"] } }, true],
    [{ Null: { Epss: ["true"] } }, true],
    [{ Bool: { FixAvailable: ["true"] }, StringEquals: { Package: ["openssl"] } }, true],
    [{ Bool: { FixAvailable: ["true"] }, StringEquals: { Package: ["zlib"] } }, false],
    // No policy variables: it is text.
    [{ StringEquals: { Package: ["$" + "{Package}"] } }, false],
  ])("%j is %s of a finding", (condition, expected) => {
    checkCondition(condition);
    expect(holds(condition)).toBe(expected);
  });

  it("is refused in a sentence or compiles and decides, whatever is written", () => {
    const text = fc.oneof(
      fc.constantFrom(...Object.keys(findingFacts), "Other", "__proto__", ""),
      fc.string({ maxLength: 40 }),
    );
    const operator = fc.oneof(
      fc.constantFrom("StringEquals", "StringLike", "NumericLessThan", "Bool", "Null"),
      fc.constantFrom("ForAllValues:StringNotLike", "NumericEqualsIfExists", "IpAddress"),
      fc.string({ maxLength: 30 }),
    );
    const value = fc.oneof(fc.constantFrom("true", "1", "**?*", "HIGH"), fc.string());
    const condition = fc.dictionary(
      operator,
      fc.dictionary(text, fc.array(value, { maxLength: 4 }), { maxKeys: 3 }),
      { maxKeys: 3 },
    );
    fc.assert(
      fc.property(condition, (written) => {
        try {
          checkCondition(written);
        } catch (error) {
          expect(isRegistryError(error, "InvalidParameter")).toBe(true);
          return;
        }
        expect(typeof holds(written)).toBe("boolean");
      }),
      { numRuns: 500 },
    );
  });
});

const rule: GateRule = {
  ...{ repositories: ["*"], tags: [], mode: "enforce", requireScan: false, unsupported: "allow" },
  ...{ blockAtSeverity: "HIGH", blockKnownExploited: false, onlyFixable: false, blockWhen: [] },
  ...{ graceDays: 0, requireReview: false, signedBy: [] },
};
const blocks = (of: WeighedFinding, more: Partial<GateRule> = {}) =>
  blockingFindings({ ...rule, ...more }, [of], now);

describe("What blocks", () => {
  it("is what no one suppresses, and is looked at again when that ends", () => {
    const until = now + 5;
    const suppression = { kind: "WAIVER", id: "w", reason: "r", until } as const;
    expect(blocks({ ...finding, suppression })).toEqual({ blocking: [], nextAt: [until] });
    const ended = { ...finding, suppression: { ...suppression, until: now } };
    expect(blocks(ended)).toEqual({ blocking: [ended], nextAt: [] });
  });

  it("is looked at again when its grace ends, to the millisecond", () => {
    const endsAt = now + dayMs;
    expect(blocks(finding, { graceDays: 11 })).toEqual({ blocking: [], nextAt: [endsAt] });
    expect(blocks(finding, { graceDays: 10 })).toEqual({ blocking: [finding], nextAt: [] });
    const { publishedAt: _, ...unknown } = finding;
    expect(blocks(unknown, { graceDays: 1 }).blocking).toEqual([unknown]);
    expect(blocks(unknown, { graceDays: 2 }).blocking).toEqual([]);
  });

  it("is never less for a stricter rule", () => {
    const severity = fc.constantFrom("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNDEFINED" as const);
    const some = fc.record({
      severity,
      priority: fc.nat({ max: 100 }).map((number) => ({ number, parts: [] })),
    });
    fc.assert(
      fc.property(some, fc.nat({ max: 100 }), (of, blockAtPriority) => {
        const one = { ...finding, ...of };
        const strict = { blockAtSeverity: "LOW", blockAtPriority: 0 } as const;
        const { length } = blocks(one, { blockAtPriority }).blocking;
        expect(blocks(one, strict).blocking.length).toBeGreaterThanOrEqual(length);
        // What nobody has rated is never taken for harmless.
        if (of.severity === "UNDEFINED") {
          expect(blocks(one, { blockAtSeverity: "MEDIUM" }).blocking).toHaveLength(1);
        }
      }),
    );
  });
});
