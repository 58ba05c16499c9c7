import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "./edit-distance.ts";

describe("the distance between words", () => {
  it.each([
    ["", "", 0],
    ["a", "", 1],
    ["kitten", "sitting", 3],
    ["erc", "ecr", 1],
    ["ca", "abc", 3],
  ])("of %j and %j is %i", (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  it("is the same both ways, and no longer than the longer word", () => {
    const words = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
    fc.assert(
      fc.property(words, words, (from, to) => {
        expect(editDistance(from, to)).toBe(editDistance(to, from));
        expect(editDistance(from, to)).toBeLessThanOrEqual(Math.max(from.length, to.length));
        expect(editDistance(from, to) === 0).toBe(from === to);
      }),
    );
  });

  it("finds the word that was meant, and none where none is near", () => {
    const words = ["ecr:PutImage", "ecr:BatchGetImage", "ecr:ListImages"];
    expect(nearest("ecr:putimages", words)).toBe("ecr:PutImage");
    expect(nearest("ecr:BatchGetImages", words)).toBe("ecr:BatchGetImage");
    expect(nearest("ecr:DeleteRepository", words)).toBeUndefined();
  });
});
