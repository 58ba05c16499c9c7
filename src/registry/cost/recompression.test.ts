import { expect, it } from "vitest";
import { savedByZstd } from "./recompression.ts";

it("guesses little of what is compressed already, and a part of what gzip left of the rest", () => {
  expect(savedByZstd(1_000, 1_000)).toBe(0);
  expect(savedByZstd(1_001, 1_000)).toBe(0);
  // All of it goes down by gzip: a fifth of what is left.
  expect(savedByZstd(400, 1_000)).toBe(80);
  expect(savedByZstd(100, 1_000)).toBe(20);
  // Half of it is compressed already: 500 stay, and gzip leaves 200 of the others.
  expect(savedByZstd(700, 1_000)).toBe(40);
  for (let size = 0; size < 1_000; size += 7) {
    expect(savedByZstd(size, 1_000)).toBeLessThanOrEqual(size / 5);
  }
});
