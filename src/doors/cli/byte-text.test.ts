import { expect, it } from "vitest";
import { byteText } from "./byte-text.ts";

it("tells bytes in the unit that people would take", () => {
  const told = [0, 999, 1_000, 1_234, 99_940, 99_960, 999_499, 999_500, 5.5e9, 2e15, 9e18];
  expect(told.map(byteText)).toEqual([
    ...["0 B", "999 B", "1.0 kB", "1.2 kB", "99.9 kB", "100 kB", "999 kB", "1.0 MB", "5.5 GB"],
    ...["2.0 PB", "9000 PB"],
  ]);
});
