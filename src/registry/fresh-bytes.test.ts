import { expect, it } from "vitest";
import { freshBytes } from "./fresh-bytes.ts";

it("gives bytes that it never gave before, also past the end of its pool", () => {
  const given = Array.from({ length: 3_000 }, () => freshBytes(12));
  expect(given.every((bytes) => bytes.length === 12)).toBe(true);
  expect(new Set(given.map((bytes) => bytes.toString("hex"))).size).toBe(given.length);
  // None of them is a window on memory that is filled anew.
  expect(new Set(given.map((bytes) => bytes.toString("hex"))).has("0".repeat(24))).toBe(false);
});
