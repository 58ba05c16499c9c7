import { describe, expect, it } from "vitest";
import { conditionOperators, parseOperator } from "./condition-operators.ts";
import { compileCondition } from "./conditions.ts";

type Value = string | readonly string[];

function holds(
  operator: string,
  wanted: Value,
  actual: Value | undefined,
  more: Record<string, string> = {},
): boolean {
  const values = typeof wanted === "string" ? [wanted] : wanted;
  const compiled = compileCondition({ operator, key: "aws:Key", values }, true);
  const entries: [string, Value][] = Object.entries(more);
  if (actual !== undefined) entries.push(["aws:key", actual]);
  return compiled.holds(new Map(entries));
}

describe("condition operators", () => {
  it.each([
    ["StringEquals", "a", "a", true],
    ["StringEquals", "a", "A", false],
    ["StringEquals", "a*", "ab", false],
    ["StringEquals", ["a", "b"], "b", true],
    ["StringNotEquals", ["a", "b"], "b", false],
    ["StringNotEquals", ["a", "b"], "c", true],
    ["StringEqualsIgnoreCase", "aB", "Ab", true],
    ["StringNotEqualsIgnoreCase", "aB", "Ab", false],
    ["StringLike", "v?.*", "v1.2", true],
    ["StringLike", "V?.*", "v1.2", false],
    ["StringNotLike", ["x*", "v*"], "v1", false],
    ["NumericEquals", "10", "10.0", true],
    ["NumericNotEquals", "10", "11", true],
    ["NumericLessThan", "10", "9.5", true],
    ["NumericLessThan", "10", "10", false],
    ["NumericLessThanEquals", "10", "10", true],
    ["NumericGreaterThan", "-1", "0", true],
    ["NumericGreaterThanEquals", "1e3", "1000", true],
    ["NumericEquals", "10", "ten", false],
    ["NumericNotEquals", "10", "ten", true],
    ["DateLessThan", "2026-01-01", "2025-12-31T23:59:59Z", true],
    ["DateGreaterThan", "2026-01-01T00:00:00Z", "1767225601", true],
    ["DateEquals", "2026-01-01T01:00:00+01:00", "2026", true],
    ["DateNotEquals", "2026", "2026-01-01T00:00:00Z", false],
    ["DateLessThanEquals", "2026", "never", false],
    ["DateGreaterThanEquals", "2026", "2026", true],
    ["Bool", "true", "TRUE", true],
    ["Bool", "false", "true", false],
    ["BinaryEquals", "QUJD", "QUJD", true],
    ["BinaryEquals", "QUI=", "QUI", true],
    ["BinaryEquals", "QUJD", "QUJE", false],
    ["BinaryEquals", "QUJD", "?", false],
    ["IpAddress", "203.0.113.0/24", "203.0.113.255", true],
    ["IpAddress", ["2001:DB8::/32", "10.0.0.0/8"], "2001:db8:1::1", true],
    ["NotIpAddress", "203.0.113.0/24", "203.0.114.1", true],
    ["IpAddress", "0.0.0.0/0", "unknown", false],
    ["ArnEquals", "arn:aws:ecr:*:1:repository/*", "arn:aws:ecr:r:1:repository/a", true],
    ["ArnLike", "arn:aws:ecr:*:repository/*", "arn:aws:ecr:r:1:repository/a", false],
    ["ArnNotEquals", "arn:aws:ecr:*:1:repository/*", "arn:aws:ecr:r:2:repository/a", true],
    ["ArnNotLike", "*", "arn:aws:ecr:r:2:repository/a", false],
  ] as const)("%s %j of %j is %j", (operator, wanted, actual, expected) => {
    expect(holds(operator, wanted, actual)).toBe(expected);
  });

  it("46: hold of an absent key when they are negated, and not otherwise", () => {
    for (const [operator, { test, negated }] of conditionOperators) {
      if (test === "Null") continue;
      expect(holds(operator, "1", undefined), operator).toBe(negated);
    }
  });

  it("46: hold of an absent key with IfExists, and judge a present one", () => {
    for (const [operator, { test }] of conditionOperators) {
      if (test !== "Null")
        expect(holds(`${operator}IfExists`, "1", undefined), operator).toBe(true);
    }
    expect(holds("StringEqualsIfExists", "a", "b")).toBe(false);
    expect(holds("StringNotEqualsIfExists", "a", "a")).toBe(false);
  });

  it("46: ForAllValues holds of a key without values, ForAnyValue does not", () => {
    for (const nothing of [undefined, [], [""], ""]) {
      expect(holds("ForAllValues:StringEquals", "a", nothing)).toBe(true);
      expect(holds("ForAllValues:StringNotEquals", "a", nothing)).toBe(true);
      expect(holds("ForAnyValue:StringEquals", "a", nothing)).toBe(false);
      expect(holds("ForAnyValue:StringNotEquals", "a", nothing)).toBe(false);
    }
    expect(holds("ForAnyValue:StringEqualsIfExists", "a", undefined)).toBe(true);
  });

  it("look at several values as their qualifier says", () => {
    expect(holds("ForAllValues:StringLike", ["a*", "b"], ["a1", "b"])).toBe(true);
    expect(holds("ForAllValues:StringLike", ["a*", "b"], ["a1", "c"])).toBe(false);
    expect(holds("ForAnyValue:StringLike", ["a*", "b"], ["c", "b"])).toBe(true);
    expect(holds("ForAnyValue:StringEquals", "a", "a")).toBe(true);
    expect(holds("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"])).toBe(true);
    expect(holds("ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"])).toBe(false);
    expect(holds("ForAnyValue:StringNotEquals", ["a", "b"], ["c", "a"])).toBe(true);
    expect(holds("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"])).toBe(false);
  });

  it("without a qualifier ask for any value, and negated for none", () => {
    expect(holds("StringEquals", "a", ["b", "a"])).toBe(true);
    expect(holds("StringNotEquals", "a", ["b", "a"])).toBe(false);
    expect(holds("StringNotEquals", "a", ["b", "c"])).toBe(true);
  });

  it("Null tells an absent key from a present one", () => {
    expect(holds("Null", "true", undefined)).toBe(true);
    expect(holds("Null", "true", [])).toBe(true);
    expect(holds("Null", "true", "")).toBe(false);
    expect(holds("Null", "false", "x")).toBe(true);
    expect(holds("Null", "false", undefined)).toBe(false);
    expect(holds("Null", ["true", "false"], undefined)).toBe(true);
  });

  it("put variables into strings and ARNs, and nothing where one has no value", () => {
    const more = { "aws:username": "alice" };
    expect(holds("StringEquals", "${aws:username}", "alice", more)).toBe(true);
    expect(holds("StringLike", "${aws:username}-*", "alice-1", more)).toBe(true);
    expect(holds("StringEqualsIgnoreCase", "${aws:username}", "ALICE", more)).toBe(true);
    expect(
      holds("ArnLike", "arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/alice", more),
    ).toBe(true);
    expect(holds("StringEquals", ["${aws:userid}", "x"], "x", more)).toBe(true);
    expect(holds("StringEquals", "${aws:userid}", "", more)).toBe(false);
    expect(holds("StringNotEquals", "${aws:userid}", "alice", more)).toBe(true);
  });

  it("are spelled exactly, and Null takes no IfExists", () => {
    for (const written of [
      "stringEquals",
      "StringEquals ",
      "NullIfExists",
      "ForAnyValue::Bool",
      "IfExists",
      "__proto__",
    ]) {
      expect(parseOperator(written)).toBeUndefined();
    }
  });
});
