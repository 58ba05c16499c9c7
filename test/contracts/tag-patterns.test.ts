import { describe, expect, it } from "vitest";
import { PackageTagPatterns } from "../../src/adapters/patterns/package-tag-patterns.ts";
import type { TagMatcher, TagPatterns } from "../../src/ports/tag-patterns.ts";
import { lifecycleLimits } from "../../src/registry/lifecycle/lifecycle-limits.ts";
import { limits } from "../../src/registry/limits.ts";

const adapters: readonly { name: string; open: () => TagPatterns }[] = [
  { name: "packages", open: () => new PackageTagPatterns() },
];

const refused = (reason: string) =>
  expect.objectContaining({ kind: "InvalidParameter", message: expect.stringContaining(reason) });

/** Processor time of one match in milliseconds, of many. */
function costOf(matcher: TagMatcher, tag: string): number {
  const times = 200;
  matcher.matches(tag);
  const started = process.cpuUsage();
  for (let count = 0; count < times; count++) matcher.matches(tag);
  return process.cpuUsage(started).user / 1_000 / times;
}

describe.each(adapters)("$name keep the TagPatterns contract", ({ open }) => {
  it.each<[expression: string, matches: string[], others: string[]]>([
    ["pr-[0-9]+", ["pr-1", "pr-123"], ["pr-", "xpr-1", "pr-1x", "PR-1"]],
    ["a|ab", ["a", "ab"], ["abc", "b"]],
    ["(?i)release", ["release", "RELEASE"], ["releases"]],
    [".*-rc\\.\\d{1,2}", ["1.0-rc.1", "-rc.12"], ["1.0-rc.123"]],
    ["[[:alpha:]]\\w*", ["a1", "Z_"], ["1a"]],
    ["^v1$", ["v1"], ["v11"]],
    ["(a*)*b", ["b", "aab"], ["aa"]],
  ])("matches the whole of a tag by the expression %s", (expression, matches, others) => {
    const matcher = open().regularExpression(expression);
    expect(matches.filter((tag) => !matcher.matches(tag))).toEqual([]);
    expect(others.filter((tag) => matcher.matches(tag))).toEqual([]);
  });

  it.each<[range: string, matches: string[], others: string[]]>([
    [">=1.0.0 <2.0.0", ["1.0.0", "v1.2.3", "1.9.9"], ["2.0.0", "v0.9.9", "latest", "1.2", "1"]],
    ["^1.2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]],
    ["1.x || 3.x", ["1.0.0", "3.4.5"], ["2.0.0"]],
    // As npm has it: a pre-release is in a range only if the range names one of that version.
    ["<2.0.0", ["1.9.9"], ["1.9.9-rc.1", "2.0.0-rc.1"]],
    [">=2.0.0-rc.1 <3.0.0", ["2.0.0-rc.2", "2.1.0"], ["2.1.0-rc.1"]],
    ["*", ["0.0.1"], ["v", "1.2.3.4", "1.2.3_4", "01.2.3"]],
  ])("finds versions in the range %s", (range, matches, others) => {
    const matcher = open().semverRange(range);
    expect(matches.filter((tag) => !matcher.matches(tag))).toEqual([]);
    expect(others.filter((tag) => matcher.matches(tag))).toEqual([]);
  });

  it.each([
    ["a[", "missing closing ]"],
    ["(a", "missing closing )"],
    ["a**", "invalid nested repetition operator"],
    ["(a)\\1", "invalid escape sequence"],
    ["(?=a)a", "(?="],
    ["(?<=a)b", "(?<"],
    ["a{1001}", "invalid repeat count"],
    ["", "is empty"],
    ["a".repeat(lifecycleLimits.tagPatternCharacters + 1), "more than 256 characters"],
    ["a{1000}b{1000}", "2002 instructions, more than 250"],
    ["((a{10}){10}){10}b*", "instructions, more than 250"],
  ])("refuses the expression %s with a reason", (expression, reason) => {
    expect(() => open().regularExpression(expression)).toThrow(refused(reason));
  });

  it.each([
    ["latest", "no range of semantic versions"],
    [">=1 <x.y.z.w", "no range of semantic versions"],
    [" ", "is empty"],
    ["1 || ".repeat(60), "more than 256 characters"],
  ])("refuses the range %s with a reason", (range, reason) => {
    expect(() => open().semverRange(range)).toThrow(refused(reason));
  });

  it("refuses the largest expressions in bounded time", () => {
    const pieces = ["a{1000}", "\\pL{1000}", "(?:a?){1000}", "[^a]{1000}", "(?i)\\pL{1000}", "("];
    for (const piece of pieces) {
      const expression = piece.repeat(
        Math.floor(lifecycleLimits.tagPatternCharacters / piece.length),
      );
      const started = process.cpuUsage();
      expect(() => open().regularExpression(expression)).toThrow(refused(""));
      expect(process.cpuUsage(started).user / 1_000_000).toBeLessThan(2);
    }
  });

  const hostile = [
    "a".repeat(limits.tagCharacters),
    `${"a".repeat(limits.tagCharacters - 1)}b`,
    "ab".repeat(limits.tagCharacters / 2),
    "aB-._9zQ".repeat(limits.tagCharacters / 8),
  ];

  it.each([
    "(a*)*c",
    "(a|a)*c",
    "(a|aa)+c",
    "(x+x+)+y",
    `${"a?".repeat(80)}${"a".repeat(60)}`,
    ".*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*c",
    "(.?){60}",
    "(?:[a-f]|[c-z]|[0-9]|.){0,100}q",
    "(a|b)*a(a|b){20}",
    ".*(a|B).{30}(a|9).{60}",
    "(?:a{0,30}b{0,30}){0,2}c",
    "\\pL{100}\\PL*",
    "(.*[ab].{1,9}){8}",
    "((a?b?){10}){3}c",
    "(.*a.{9}){10}",
  ])("matches the evil expression %s in no more than milliseconds", (expression) => {
    const matcher = open().regularExpression(expression);
    for (const tag of hostile) expect(costOf(matcher, tag)).toBeLessThan(10);
  });

  it("looks for versions in evil tags in no more than milliseconds", () => {
    const matcher = open().semverRange(">=0.0.0-0 || 1.x || ~2.3.4 || 5.0.0 - 7.2.3");
    const long = limits.tagCharacters;
    const tags = [
      "1".repeat(long),
      `1.${"1".repeat(long - 2)}`,
      `1.1.1-${"a.".repeat(61)}`,
      `1.1.1-${"-".repeat(122)}`,
      `1.1.1-${"0a".repeat(60)}_`,
      "v".repeat(long),
    ];
    for (const tag of tags) expect(costOf(matcher, tag)).toBeLessThan(10);
  });

  it("says how many steps a character takes, and they are bounded", () => {
    const { steps } = open().regularExpression("(feature|release)-[a-z0-9-]+-[0-9a-f]{7,40}");
    expect(steps).toBeGreaterThan(40);
    expect(steps).toBeLessThanOrEqual(lifecycleLimits.tagPatternSteps);
    expect(open().semverRange("1.x").steps).toBe(1);
  });

  it("does not remember more and more tags", () => {
    const matcher = open().regularExpression("(a|b)*a(a|b){20}");
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < 1_500; count++) {
      const bits = (count * 2_654_435_761) >>> 0;
      matcher.matches(bits.toString(2).padStart(64, "0").replaceAll("0", "a").replaceAll("1", "b"));
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });
});
