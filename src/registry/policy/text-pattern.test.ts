import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern } from "./text-pattern.ts";

const none = new Map<string, string>();

function matches(pattern: string, text: string, context = none): boolean {
  return compilePattern(pattern, { variables: true, wildcards: true }).matches(text, context);
}

/** What the wildcards mean, by the definition. */
function byDefinition(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const rest = pattern.slice(1);
  if (pattern[0] === "*") {
    return byDefinition(rest, text) || (text !== "" && byDefinition(pattern, text.slice(1)));
  }
  return (
    text !== "" &&
    (pattern[0] === "?" || pattern[0] === text[0]) &&
    byDefinition(rest, text.slice(1))
  );
}

describe("patterns of policies", () => {
  it("agree with the definition on every short pattern and text", () => {
    const patterns = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 7 });
    const texts = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 9 });
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(matches(pattern, text)).toBe(byDefinition(pattern, text));
      }),
      { numRuns: 5_000 },
    );
  });

  it("find long chunks between stars, wherever they stand", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 40, maxLength: 90 });
    const padding = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 2_000 });
    fc.assert(
      fc.property(letters, fc.nat(39), padding, padding, (chunk, hole, before, after) => {
        const pattern = `*${chunk.slice(0, hole)}?${chunk.slice(hole + 1)}*`;
        expect(matches(pattern, before + chunk + after)).toBe(true);
        const foreign = `${before}c${after}`.replaceAll("a", "d");
        expect(matches(pattern, foreign)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it("45: cost little for 200 stars on 2,000 characters", () => {
    const pattern = compilePattern(`${"*a".repeat(200)}b`, { variables: true, wildcards: true });
    const started = process.cpuUsage();
    expect(pattern.matches("a".repeat(2_000), none)).toBe(false);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(50);
  });

  it("45: cost a bounded time for the longest hostile chunk", () => {
    const pattern = compilePattern(`*${"?a".repeat(5_000)}b*`, {
      variables: true,
      wildcards: true,
    });
    const started = process.cpuUsage();
    expect(pattern.matches("a".repeat(16_384), none)).toBe(false);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(250);
  });

  it("take every other character for itself", () => {
    expect(matches("v1.0", "v1x0")).toBe(false);
    expect(matches("v[0-9]+", "v1")).toBe(false);
    expect(matches("a\nb*", "a\nbc")).toBe(true);
  });

  it("never take the value of a variable for a pattern", () => {
    const context = new Map([["aws:username", "*"]]);
    expect(matches("home/${aws:username}/*", "home/eve/x", context)).toBe(false);
    expect(matches("home/${aws:username}/*", "home/*/x", context)).toBe(true);
  });

  it("match nothing with a variable that has no value", () => {
    expect(matches("${aws:username}", "")).toBe(false);
    expect(matches("*${aws:username}*", "${aws:username}")).toBe(false);
  });
});
