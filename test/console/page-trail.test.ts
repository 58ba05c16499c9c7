import { describe, expect, it } from "vitest";
import { readTrail, unknown, writeTrail } from "../../console/src/components/page-trail.ts";

const tokenOf = (page: number, length = 100) => `t${page}`.padEnd(length, "x");
const tokensTo = (page: number, length?: number) =>
  Array.from({ length: page }, (_, at) => (at === 0 ? undefined : tokenOf(at + 1, length)));

describe("the way to a page of a list", () => {
  it("is read from the address as it was written", () => {
    for (const page of [1, 2, 3, 12]) {
      const tokens = tokensTo(page);
      const { page: number, from } = writeTrail(tokens, page);
      expect(readTrail(number, from)).toEqual({ page, tokens });
    }
  });

  it("leads back by the nearest pages, where it would be too long", () => {
    const { page, from } = writeTrail(tokensTo(500, 400), 500);
    expect(from.length).toBeLessThan(4_000);
    const { tokens } = readTrail(page, from);
    expect(tokens).toHaveLength(500);
    expect(tokens.slice(-5)).toEqual(tokensTo(500, 400).slice(-5));
    expect(tokens.slice(0, 2)).toEqual([undefined, unknown]);
  });

  it("of one page alone is known where an address of before tells no other", () => {
    expect(readTrail("3", "token")).toEqual({ page: 3, tokens: [undefined, unknown, "token"] });
    expect(writeTrail([undefined, unknown, "token", "next"], 4)).toEqual({
      ...{ page: "4", from: "token.next" },
    });
    expect(writeTrail([undefined, unknown, "token"], 2)).toEqual({ page: "", from: "" });
  });

  it("may have been written by hand", () => {
    expect(readTrail("7", null)).toEqual({ page: 1, tokens: [undefined] });
    expect(readTrail(null, "a")).toEqual({ page: 2, tokens: [undefined, "a"] });
    expect(readTrail("2", "a.b.c")).toEqual({ page: 2, tokens: [undefined, "c"] });
    expect(readTrail("-1e99", "..a")).toEqual({ page: 2, tokens: [undefined, "a"] });
    expect(readTrail("99999999", "a").tokens).toHaveLength(2_000);
  });
});
