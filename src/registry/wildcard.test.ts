import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, inProportion } from "../../test/support/growth.ts";
import { matchesWildcard } from "./wildcard.ts";

describe("wildcard patterns", () => {
  it("agree with the definition on every short pattern and text", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });
    const texts = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
    const byDefinition = (pattern: string, text: string): boolean => {
      if (pattern === "") return text === "";
      if (pattern[0] !== "*")
        return pattern[0] === text[0] && byDefinition(pattern.slice(1), text.slice(1));
      return (
        byDefinition(pattern.slice(1), text) ||
        (text !== "" && byDefinition(pattern, text.slice(1)))
      );
    };
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        expect(matchesWildcard(pattern, text)).toBe(byDefinition(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });

  it("45: cost steps in proportion to the text, however many stars", () => {
    const pattern = `${"*a".repeat(200)}b`;
    const work = (size: number) => expect(matchesWildcard(pattern, "a".repeat(size))).toBe(false);
    expect(growth(work, 20_000)).toBeLessThan(inProportion);
  });

  it("take every other character for itself", () => {
    expect(matchesWildcard("v1.0", "v1x0")).toBe(false);
    expect(matchesWildcard("v[0-9]*", "v1")).toBe(false);
  });
});
