import { expect, it } from "vitest";
import type { Tag } from "../../names.ts";
import { laterTags } from "./later-tags.ts";

const later = (of: string, ...all: string[]) => laterTags(of, all as Tag[]);

it("tells later versions that are called alike, the nearest and the last two, in their order", () => {
  expect(later("12", "13", "11", "12", "latest", "13-slim", "bookworm", "12.5")).toEqual(["13"]);
  expect(later("20-slim", "22-slim", "22", "20.11-slim", "22-alpine", "18-slim")).toEqual([
    "22-slim",
  ]);
  expect(later("3.9", "3.10", "3.20", "3.8", "3.19", "3.18")).toEqual(["3.10", "3.19", "3.20"]);
  expect(later("v1.2.3", "v1.2.10", "1.3.0", "v1.2.9")).toEqual(["v1.2.9", "v1.2.10"]);
  expect(later("9", "10")).toEqual(["10"]);
});

it("takes no build, date or pre-release for a later version, and nothing for one of what is none", () => {
  expect(later("12", "20240101", "13-rc1", "130", "12.1")).toEqual(["130"]);
  expect(later("1.2", "1.3-rc.1", "1.3+build")).toEqual([]);
  for (const tag of ["latest", "bookworm", "", "sha-12", "1.2.3.4.5"]) {
    expect(later(tag, "13", "trixie", "1.2.3.4.6", "sha-13"), tag).toEqual([]);
  }
});
