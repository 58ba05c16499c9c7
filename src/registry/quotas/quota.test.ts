import { describe, expect, it } from "vitest";
import type { RepositoryName } from "../names.ts";
import {
  checkQuotaLimits,
  covers,
  newQuotaId,
  parseQuotaPrefix,
  prefixesOf,
  unitOf,
} from "./quota.ts";

describe("a quota's prefix", () => {
  it("covers a name and what lies below it, and ends where a part of a name does", () => {
    const names = ["team", "team/app", "team/app/x", "teams", "team-b", "team.b/app", "other"];
    const covered = (prefix: string) => names.filter((name) => covers(prefix, name));
    expect(covered("")).toEqual(names);
    expect(covered("team")).toEqual(["team", "team/app", "team/app/x"]);
    expect(covered("team/app")).toEqual(["team/app", "team/app/x"]);
    expect(covered("team/ap")).toEqual([]);
  });

  it("is one of those that are looked up for every name that it covers, and of no other", () => {
    for (const name of ["a", "team", "team/app", "a/b/c", "a-b/c"] as RepositoryName[]) {
      const found = prefixesOf(name);
      for (const prefix of ["", "a", "a/b", "team", "team/app", "a-b", "a/b/c"]) {
        expect(found.includes(prefix), `${prefix} of ${name}`).toBe(covers(prefix, name));
      }
    }
  });

  it("may end in a slash, which says nothing", () => {
    expect(["", "/", "team/", "team/app", "a"].map(parseQuotaPrefix)).toEqual([
      "",
      "",
      "team",
      "team/app",
      "a",
    ]);
  });

  it.each(["Team", "team//", "team//app", "/team", "te am", "-x", "x".repeat(257)])(
    "is not %j",
    (text) => {
      expect(() => parseQuotaPrefix(text)).toThrow(/Invalid parameter at 'prefix'/);
    },
  );
});

it("a quota's id says its unit", () => {
  expect(["BYTES", "IMAGES"].map((unit) => unitOf(newQuotaId(unit as "BYTES")))).toEqual([
    "BYTES",
    "IMAGES",
  ]);
  expect(newQuotaId("BYTES")).not.toBe(newQuotaId("BYTES"));
});

it.each([
  {},
  { soft: -1 },
  { hard: 1.5 },
  { hard: 2 ** 50 + 1 },
  { soft: 2, hard: 1 },
  { hard: Number.NaN },
])("a quota's limits are not %j", ({ soft, hard }: { soft?: number; hard?: number }) => {
  expect(() => checkQuotaLimits({ soft, hard })).toThrow(/Invalid parameter/);
});
