import { describe, expect, it } from "vitest";
import { GatheredBytes } from "./gathered-bytes.ts";

const bytesFrom = (from: number, length: number) =>
  Uint8Array.from({ length }, (_, at) => (from + at) % 251);

/** Gathers pieces of these lengths, and says what came of them. */
function gather(lengths: readonly number[]) {
  const gathered = new GatheredBytes();
  let sizeBytes = 0;
  for (const length of lengths) {
    gathered.add(bytesFrom(sizeBytes, length));
    sizeBytes += length;
  }
  const { pieces } = gathered;
  expect(gathered.sizeBytes).toBe(sizeBytes);
  return { pieces, isWhole: gathered.whole().equals(bytesFrom(0, sizeBytes)) };
}

describe("bytes that come piece by piece", () => {
  it.each([
    ["in none", []],
    ["in one", [10]],
    ["in a few", [0, 1, 70_000, 3]],
    ["in small ones", Array.from({ length: 40_000 }, () => 1)],
    ["in small ones that fill no block", Array.from({ length: 100 }, () => 4095)],
    ["in small and large ones", Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? 5000 : at))],
  ])("%s are whole, and in order", (_how, lengths) => {
    expect(gather(lengths).isWhole).toBe(true);
  });

  it("take no more memory for being sent one by one", () => {
    expect(gather(Array.from({ length: 40_000 }, () => 1)).pieces).toBeLessThan(20);
  });
});
