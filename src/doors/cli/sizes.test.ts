import { expect, it } from "vitest";
import { bytesOf, sizeText } from "./sizes.ts";

it.each([
  ["0", 0],
  ["123456", 123_456],
  ["500GB", 500e9],
  ["500 gb", 500e9],
  ["10GiB", 10 * 2 ** 30],
  ["1.5kib", 1_536],
  ["2TB", 2e12],
  ["7B", 7],
])("%s is %d bytes", (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});

it.each(["", "GB", "-1", "1e9", "10 G", "10XB", "1.2.3GB", "9999999999TB", "1GB "])(
  "%j is no size",
  (text) => {
    expect(() => bytesOf(text)).toThrow(/is no size/);
  },
);

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1 KB"],
  [1_250, "1.3 KB"],
  [123_456_789, "123 MB"],
  [500e9, "500 GB"],
  [2.5e15, "2.5 PB"],
])("%d bytes are %s", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
