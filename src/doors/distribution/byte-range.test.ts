import { describe, expect, it } from "vitest";
import { parseByteRange, parseChunkRange } from "./byte-range.ts";

describe("parseByteRange", () => {
  it.each([
    [undefined, undefined],
    ["bytes=0-0", { start: 0, end: 0 }],
    ["bytes=500-1499", { start: 500, end: 1499 }],
    ["bytes=500-", { start: 500, end: 2047 }],
    ["bytes=-500", { start: 1548, end: 2047 }],
    ["bytes=-5000", { start: 0, end: 2047 }],
    ["bytes=2000-5000", { start: 2000, end: 2047 }],
    ["bytes=500-0", "unsatisfiable"],
    ["bytes=2048-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=0-1,4-5", undefined],
    ["bytes=-", undefined],
    ["bytes=a-b", undefined],
    ["items=0-1", undefined],
    ["bytes=9999999999999999-", undefined],
  ])("reads %s of 2048 bytes", (header, expected) => {
    expect(parseByteRange(header, 2048)).toEqual(expected);
  });

  it("finds nothing to give in an empty layer", () => {
    expect(parseByteRange("bytes=0-", 0)).toBe("unsatisfiable");
    expect(parseByteRange("bytes=-1", 0)).toBe("unsatisfiable");
  });
});

describe("parseChunkRange", () => {
  it.each([
    ["0-0", { start: 0, end: 0 }],
    ["10-19", { start: 10, end: 19 }],
    ["19-10", undefined],
    ["bytes 0-9/10", undefined],
    ["0-", undefined],
    ["-9", undefined],
    [" 0-9", undefined],
    ["0-9999999999999999", undefined],
  ])("reads %s", (header, expected) => {
    expect(parseChunkRange(header)).toEqual(expected);
  });
});
