import { expect, it } from "vitest";
import { limits } from "../limits.ts";
import { retryDelayMs } from "./retry-delay.ts";

it("doubles with every attempt, half of it by chance, up to an hour", () => {
  expect([1, 2, 3, 4].map((attempt) => retryDelayMs(attempt, 1))).toEqual([
    2_000, 4_000, 8_000, 16_000,
  ]);
  expect([1, 2, 3, 4].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
    1_000, 2_000, 4_000, 8_000,
  ]);
  for (const attempt of [12, 31, 10_000]) {
    expect(retryDelayMs(attempt, 1)).toBe(limits.jobRetryMaximumMs);
    expect(retryDelayMs(attempt, 0)).toBe(limits.jobRetryMaximumMs / 2);
  }
});
