import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseSeverity, type RatedFinding, type Rating } from "./choose-severity.ts";
import {
  enhancedSeverity,
  type RatingSource,
  severities,
  severityOfScore,
  severityOfWord,
} from "./severity.ts";

const critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const low = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N";
const inDebian: RatedFinding = { raisedBy: "DEBIAN", advisoryId: "CVE-2026-1" };

describe("the severity of a finding", () => {
  it("is that of the very package before all others", () => {
    const ratings: Rating[] = [
      { source: "NVD", vector: critical },
      { source: "GITHUB", word: "CRITICAL" },
      { source: "DEBIAN", word: "unimportant", isOfPackage: true },
      { source: "DEBIAN", word: "high" },
    ];
    expect(chooseSeverity(ratings, inDebian)).toEqual({
      severity: "INFORMATIONAL",
      source: "DEBIAN",
      score: { value: 9.8, source: "NVD", vector: critical, version: "3.1" },
    });
  });

  it("is that of who raised it, then GitHub's for its advisories, then NVD's, then anyone's", () => {
    const nvd: Rating = { source: "NVD", vector: critical };
    const github: Rating = { source: "GITHUB", word: "MODERATE", vector: low };
    const suse: Rating = { source: "SUSE", word: "important" };
    const inGo: RatedFinding = { raisedBy: "OTHER", advisoryId: "GO-2026-1" };
    const ofGithub: RatedFinding = { raisedBy: "OTHER", advisoryId: "GHSA-aaaa-bbbb-cccc" };
    const all = [suse, nvd, github];
    expect(chooseSeverity(all, { ...inGo, raisedBy: "SUSE" }).severity).toBe("HIGH");
    expect(chooseSeverity(all, ofGithub)).toMatchObject({
      severity: "MEDIUM",
      source: "GITHUB",
      score: { value: 3.1, source: "GITHUB" },
    });
    expect(chooseSeverity(all, inGo)).toMatchObject({ severity: "CRITICAL", source: "NVD" });
    expect(chooseSeverity([suse], inGo)).toEqual({ severity: "HIGH", source: "SUSE" });
  });

  it("is undefined and never low where nobody rates it", () => {
    const nothing: Rating[] = [
      { source: "DEBIAN", word: "not yet assigned", isOfPackage: true },
      { source: "UBUNTU", word: "untriaged" },
      { source: "BITNAMI", word: "UNKNOWN" },
      { source: "NVD", vector: "CVSS:3.1/AV:N" },
      { source: "CNA", score: Number.NaN },
      { source: "CNA", score: 11 },
    ];
    expect(chooseSeverity(nothing, inDebian)).toEqual({ severity: "UNDEFINED" });
    expect(chooseSeverity([], inDebian)).toEqual({ severity: "UNDEFINED" });
    expect(enhancedSeverity("UNDEFINED")).toBe("UNTRIAGED");
    expect(enhancedSeverity("LOW")).toBe("LOW");
  });

  it("is not taken from who says nothing, when another one says something", () => {
    const ratings: Rating[] = [
      { source: "DEBIAN", word: "not yet assigned", isOfPackage: true },
      { source: "NVD", score: 7.5 },
    ];
    expect(chooseSeverity(ratings, inDebian)).toEqual({
      severity: "HIGH",
      source: "NVD",
      score: { value: 7.5, source: "NVD" },
    });
  });

  it("goes by the newer version of CVSS where a source gives several", () => {
    const four = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N";
    const ratings: Rating[] = [
      { source: "NVD", vector: "AV:N/AC:L/Au:N/C:C/I:C/A:C" },
      { source: "NVD", vector: critical },
      { source: "NVD", vector: four },
    ];
    expect(chooseSeverity(ratings, inDebian)).toMatchObject({
      severity: "HIGH",
      score: { value: 8.7, version: "4.0" },
    });
    expect(chooseSeverity(ratings.slice(0, 1), inDebian).severity).toBe("HIGH");
  });

  it("does not depend on the order of the ratings", () => {
    const sources: RatingSource[] = ["DEBIAN", "NVD", "GITHUB", "CNA", "OTHER", "RED_HAT"];
    const rating = fc.record(
      {
        source: fc.constantFrom(...sources),
        isOfPackage: fc.boolean(),
        word: fc.constantFrom("low", "high", "important", "unimportant", "?"),
        vector: fc.constantFrom(critical, low, "AV:N/AC:L/Au:N/C:P/I:P/A:P", "x"),
        score: fc.constantFrom(0, 5, 9.1),
      },
      { requiredKeys: ["source"] },
    );
    fc.assert(
      fc.property(fc.array(rating, { maxLength: 6 }), fc.nat(5), (ratings, turn) => {
        const turned = [...ratings.slice(turn), ...ratings.slice(0, turn)].toReversed();
        const chosen = chooseSeverity(ratings, inDebian);
        expect(chooseSeverity(turned, inDebian)).toEqual(chosen);
        expect(chosen.source === undefined).toBe(chosen.severity === "UNDEFINED");
      }),
      { numRuns: 300 },
    );
  });
});

describe("words of severity", () => {
  it.each<[RatingSource, string, string]>([
    ["DEBIAN", "unimportant", "INFORMATIONAL"],
    ["DEBIAN", "low*", "LOW"],
    ["DEBIAN", "medium", "MEDIUM"],
    ["DEBIAN", "high", "HIGH"],
    ["DEBIAN", "end-of-life", "UNDEFINED"],
    ["DEBIAN", "not yet assigned", "UNDEFINED"],
    ["RED_HAT", "Important", "HIGH"],
    ["ALMALINUX", "MODERATE", "MEDIUM"],
    ["ALMALINUX", "IMPORTANT", "HIGH"],
    ["UBUNTU", "negligible", "INFORMATIONAL"],
    ["UBUNTU", "critical", "CRITICAL"],
    ["UBUNTU", "important", "UNDEFINED"],
    ["GITHUB", "MODERATE", "MEDIUM"],
    ["GITHUB", "CRITICAL", "CRITICAL"],
    ["BITNAMI", "NONE", "INFORMATIONAL"],
    ["NVD", "constructor", "UNDEFINED"],
    ["OTHER", "", "UNDEFINED"],
  ])("of %s: %s is %s", (source, word, severity) => {
    expect(severityOfWord(source, word)).toBe(severity);
  });

  it.each([
    [0, "INFORMATIONAL", "INFORMATIONAL"],
    [0.1, "LOW", "LOW"],
    [3.9, "LOW", "LOW"],
    [4, "MEDIUM", "MEDIUM"],
    [6.9, "MEDIUM", "MEDIUM"],
    [7, "HIGH", "HIGH"],
    [8.9, "HIGH", "HIGH"],
    [9, "CRITICAL", "HIGH"],
    [10, "CRITICAL", "HIGH"],
    [10.1, "UNDEFINED", "UNDEFINED"],
    [-1, "UNDEFINED", "UNDEFINED"],
    [Number.NaN, "UNDEFINED", "UNDEFINED"],
  ])("for the score %d: %s, of version 2 %s", (score, severity, ofVersion2) => {
    expect(severityOfScore(score, "3.1")).toBe(severity);
    expect(severityOfScore(score)).toBe(severity);
    expect(severityOfScore(score, "2.0")).toBe(ofVersion2);
    expect(severities).toContain(severity);
  });
});
