import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FixedClock } from "../../adapters/clock/fixed.ts";
import { isAlias, randomAlias, requireFreeWord } from "./alias.ts";
import { galleryLimits } from "./gallery-limits.ts";
import { boostOf, queryWords, rankOf, weighWords } from "./gallery-words.ts";
import { readLogo } from "./logo.ts";
import { publicLimits } from "./public-limits.ts";
import { Allowance } from "./pull-allowance.ts";

describe("aliases", () => {
  it("have ECR's form, those that are given at random too", () => {
    const shape = /^[a-z][a-z0-9]+(?:[._-][a-z0-9]+)*$/;
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9._-]{1,52}$/), (text) => {
        expect(isAlias(text)).toBe(shape.test(text) && text.length >= 2 && text.length <= 50);
      }),
    );
    for (let n = 0; n < 100; n++) expect(randomAlias()).toMatch(/^[a-z][a-z0-9]{7}$/);
  });

  it("are nobody else's name, and no word that says nothing", () => {
    for (const name of ["aws", "my-aws", "amazon.tools", "public", "official", "test"]) {
      expect(() => requireFreeWord(name)).toThrow("reserved");
    }
    for (const name of ["awsome", "publicity", "acme-tools"]) requireFreeWord(name);
  });
});

describe("words", () => {
  it("are letters and digits of any script, once each, worth most where they stand first", () => {
    const said = {
      ...{ name: "Tools/nginx-web", alias: "acme", publisher: undefined, facets: ["Linux"] },
      ...{ description: "NGINX für Ｗeb", aboutText: "<b>linux</b> 日本", usageText: undefined },
    };
    expect(Object.fromEntries(weighWords(said))).toEqual({
      ...{ tools: 8, nginx: 8, web: 8, acme: 5, für: 4, linux: 3, b: 1, 日本: 1 },
    });
  });

  it("are few, and short, however long a text is", () => {
    const text = Array.from({ length: 9_000 }, (_, n) => `w${n}`).join(" ");
    const said = { name: "x1", alias: "a1", publisher: undefined, facets: [], description: text };
    const words = weighWords({ ...said, aboutText: "y".repeat(25_600), usageText: text });
    expect(words.size).toBe(galleryLimits.wordsPerRepository);
    expect(queryWords(text)).toHaveLength(galleryLimits.queryWords);
    expect(queryWords("a A \u0000 a")).toEqual(["a"]);
  });

  it("stand by their worth first, and by pulls among equals", () => {
    expect(rankOf(8, boostOf(0, false))).toBeLessThan(rankOf(4, boostOf(10, true)));
    expect(rankOf(4, boostOf(100, false))).toBeLessThan(rankOf(4, boostOf(50, false)));
    expect(boostOf(0, false)).toBe(0);
    expect(boostOf(Number.MAX_SAFE_INTEGER, true)).toBe(71);
  });
});

describe("logos", () => {
  it("are judged by their bytes, and break nothing whatever these are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const starts = [[], [0xff, 0xd8], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]];
        for (const start of starts) {
          expect(() => readLogo(Uint8Array.from([...start, ...bytes, 0xff, 0xd9]))).toThrow();
        }
      }),
    );
  });
});

describe("an allowance", () => {
  it("lets a burst through, then so many a second, for each puller by itself", () => {
    const clock = new FixedClock(1_000);
    const allowance = new Allowance(clock, 0.5, 3);
    expect([1, 2, 3, 4].map(() => allowance.take("one"))).toEqual([0, 0, 0, 2]);
    expect(allowance.take("other")).toBe(0);
    clock.set(3_000);
    expect([allowance.take("one"), allowance.take("one")]).toEqual([0, 2]);
    clock.set(0); // Set back: nothing is lost, nothing gained.
    expect(allowance.take("one")).toBe(2);
    clock.set(1_000_000);
    expect([1, 2, 3, 4].map(() => allowance.take("one") === 0)).toEqual([true, true, true, false]);
  });

  it("is none where there is no rate, and forgets who was there longest ago", () => {
    const clock = new FixedClock(0);
    const free = new Allowance(clock, 0);
    for (let n = 0; n < 1_000; n++) expect(free.take("one")).toBe(0);
    const small = new Allowance(clock, 1, 1);
    small.take("first");
    for (let n = 0; n < publicLimits.allowances; n++) small.take(`p${n}`);
    expect(small.take("first")).toBe(0);
  });
});
