import { describe, expect, it } from "vitest";
import { digestAmong, shortDigest } from "./digests.ts";

const one = `sha256:abcd${"0".repeat(60)}`;
const two = `sha256:abcd${"1".repeat(60)}`;
const long = `sha512:beef${"2".repeat(124)}`;

describe("digests", () => {
  it("are shown short, with their algorithm", () => {
    expect([one, long].map(shortDigest)).toEqual(["sha256:abcd00000000", "sha512:beef22222222"]);
  });

  it("are found by their first characters, with the algorithm or without", () => {
    const all = [one, two, long];
    expect(digestAmong("sha256:abcd0", all, "image")).toBe(one);
    expect(digestAmong("abcd1", all, "image")).toBe(two);
    expect(digestAmong("beef", [...all, long], "image")).toBe(long);
    expect(digestAmong(shortDigest(two), all, "image")).toBe(two);
    expect(digestAmong(one, [], "image")).toBe(one);
  });

  it("are refused where none begins so, or several do, or it is none", () => {
    const asked = (text: string) => () => digestAmong(text, [one, two, long], "image");
    expect(asked("abcd")).toThrow("2 digests begin abcd: use more of it");
    expect(asked("sha256:beef")).toThrow("no image has a digest that begins sha256:beef");
    for (const text of ["abc", "latest", "sha256:", "sha1:abcdef"]) {
      expect(asked(text)).toThrow(`"${text}" is no digest`);
    }
  });
});
