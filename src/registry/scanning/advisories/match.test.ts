import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OsvRecord, slowlyAffects } from "../../../../test/support/slow-osv-matcher.ts";
import { AliasGroups } from "./alias-groups.ts";
import { comparisons } from "./compare-of.ts";
import { compileOsv } from "./compile-osv.ts";
import { type MatchedPackage, matchAdvisories } from "./match.ts";
import { isThirdParty } from "./third-party.ts";

const compareOf = comparisons();

interface Told {
  readonly id: string;
  readonly ranges: readonly (readonly object[])[];
  readonly ecosystem?: string;
  readonly name?: string;
  readonly state?: string;
  readonly [more: string]: unknown;
}

function advisoriesOf(records: readonly Told[]) {
  return records.flatMap(({ ranges, ecosystem = "npm", name = "a", state, ...record }) => {
    const value = {
      modified: "2024-01-01T00:00:00Z",
      ...record,
      affected: [
        {
          package: { ecosystem, name },
          ranges: ranges.map((events) => ({ type: "ECOSYSTEM", events })),
          ...(state === undefined ? {} : { ecosystem_specific: { state } }),
        },
      ],
    };
    return compileOsv(value, compareOf).advisories;
  });
}

function matched(
  version: string,
  records: readonly Told[],
  found: Partial<MatchedPackage> = {},
  ecosystem = "npm",
) {
  const all = advisoriesOf(records);
  const installed = { type: "npm", version, ...found } as const;
  const key = { ecosystem, name: "a", version };
  return matchAdvisories(key, installed, all, compareOf(ecosystem)!).map((match) => ({
    id: match.vulnerabilityId,
    fix: match.fixedVersion,
    state: match.state,
    by: match.advisories.map(({ id }) => id),
  }));
}

const below = (fixed: string, introduced = "0") => [{ introduced }, { fixed }];

describe("matching", () => {
  it("agrees with the schema's own words on any record and version", () => {
    const version = fc
      .tuple(fc.nat(3), fc.nat(2), fc.constantFrom("", "-rc.1"))
      .map(([major, minor, pre]) => `${major}.${minor}.0${pre}`);
    const kind = fc.constantFrom("introduced", "fixed", "last_affected");
    const event = fc.tuple(kind, version).map(([name, at]) => ({ [name]: at }));
    const beginning = fc.oneof(version, fc.constant("0")).map((introduced) => ({ introduced }));
    const range = fc.tuple(beginning, fc.array(event, { maxLength: 5 })).map(([one, rest]) => ({
      type: "SEMVER",
      events: [one, ...rest],
    }));
    const affected = fc.record({
      package: fc.constant({ ecosystem: "npm", name: "a" }),
      ranges: fc.array(range, { maxLength: 3 }),
      versions: fc.array(version, { maxLength: 3 }),
    });
    const compare = compareOf("npm")!;
    fc.assert(
      fc.property(fc.array(affected, { maxLength: 3 }), version, (parts, installed) => {
        const record = { id: "A-1", modified: "2024-01-01T00:00:00Z", affected: parts };
        const { advisories } = compileOsv(record, compareOf);
        const key = { ecosystem: "npm", name: "a", version: installed };
        const found = { type: "npm", version: installed } as const;
        const matches = matchAdvisories(key, found, advisories, compare);
        const slow = slowlyAffects(record as OsvRecord, "npm", "a", installed, compare);
        expect(matches.length > 0).toBe(slow);
      }),
      { numRuns: 2_000 },
    );
  });

  it("tells the smallest fix above the version, of its own branch", () => {
    const branches = [below("2.15.0", "2.13.0"), below("2.3.1"), below("2.12.2", "2.4.0")];
    const log4j = [{ id: "GHSA-1", ranges: branches }];
    expect(matched("2.14.1", log4j)).toMatchObject([{ fix: "2.15.0" }]);
    expect(matched("2.5.0", log4j)).toMatchObject([{ fix: "2.12.2" }]);
    expect(matched("2.12.2", log4j)).toEqual([]);
  });

  it("tells a fix that no record of the vulnerability calls affected", () => {
    const found = matched("1.5.0", [
      { id: "GHSA-1", aliases: ["CVE-2024-1000"], ranges: [below("2.0.0")] },
      { id: "GO-1", aliases: ["CVE-2024-1000"], ranges: [below("3.0.0", "1.0.0")] },
    ]);
    expect(found).toMatchObject([{ id: "CVE-2024-1000", fix: "3.0.0", state: "fixed" }]);
  });

  it("tells one vulnerability once, by its CVE, whatever chain of aliases leads there", () => {
    const found = matched("1.0.0", [
      { id: "PYSEC-1", aliases: ["GHSA-1"], ranges: [below("2.0.0")] },
      { id: "GHSA-1", aliases: ["CVE-2024-2000"], ranges: [below("2.0.0")] },
      { id: "CVE-2024-3000", related: ["CVE-2024-2000"], ranges: [below("2.0.0")] },
    ]);
    expect(found.map(({ id, by }) => [id, by.toSorted()])).toEqual([
      ["CVE-2024-2000", ["GHSA-1", "PYSEC-1"]],
      ["CVE-2024-3000", ["CVE-2024-3000"]],
    ]);
  });

  it("tells each CVE of a distribution's advisory, and joins none of them", () => {
    const debian = { ecosystem: "Debian:12", ranges: [below("1.2-3")] };
    const found = matched(
      "1.2-2",
      [
        { id: "DSA-1-1", upstream: ["CVE-2024-1000", "CVE-2024-2000"], ...debian },
        { id: "DEBIAN-CVE-2024-2000", upstream: ["CVE-2024-2000"], ...debian },
      ],
      { type: "deb" },
      "Debian:12",
    );
    expect(found).toMatchObject([
      { id: "CVE-2024-1000", by: ["DSA-1-1"] },
      { id: "CVE-2024-2000", by: ["DEBIAN-CVE-2024-2000", "DSA-1-1"] },
    ]);
  });

  it("believes the distribution that something is not affected, and that it is not going to be fixed", () => {
    const debian = { ecosystem: "Debian:12", ranges: [[{ introduced: "0" }]] };
    const found = (state: string) =>
      matched(
        "1.2-2",
        [
          { id: "DSA-1-1", upstream: ["CVE-2024-1000"], ...debian, ranges: [below("1.2-3")] },
          { id: "DEBIAN-CVE-2024-1000", upstream: ["CVE-2024-1000"], ...debian, state },
          { id: "DEBIAN-CVE-2024-2000", upstream: ["CVE-2024-2000"], ...debian, state },
        ],
        { type: "deb" },
        "Debian:12",
      );
    expect(found("not-affected")).toEqual([]);
    expect(found("no-dsa")).toMatchObject([
      { id: "CVE-2024-1000", state: "fixed", fix: "1.2-3" },
      { id: "CVE-2024-2000", state: "will not fix" },
    ]);
    expect(found("end-of-life")).toMatchObject([{}, { state: "end of life" }]);
    expect(found("undetermined")).toMatchObject([{}, { state: "under investigation" }]);
    expect(found("")).toMatchObject([{}, { state: "affected" }]);
  });

  it("never counts what is withdrawn or of another release, and counts what is of all releases", () => {
    const of = (ecosystem: string, more: object = {}) => ({
      ...{ id: `A-${ecosystem}`, ecosystem, ranges: [below("9")], ...more },
    });
    const all = [
      of("Debian:11"),
      of("Debian"),
      of("Debian:12", { withdrawn: "2024-01-01T00:00:00Z" }),
      of("Ubuntu:12"),
    ];
    expect(matched("1", all, { type: "deb" }, "Debian:12")).toMatchObject([{ id: "A-Debian" }]);
  });

  it("compares packages of a module with advisories of its stream, and others with all others", () => {
    const fix = (version: string, id: string) => ({
      ...{ id, upstream: [`CVE-2024-${id.slice(-4)}`], ecosystem: "AlmaLinux:8", name: "nodejs" },
      ranges: [below(version)],
    });
    const advisories = advisoriesOf([
      fix("1:14.21.3-1.module_el8.7.0+1+a", "ALSA-2023:1400"),
      fix("1:16.19.1-1.module_el8.7.0+1+a", "ALSA-2023:1600"),
      fix("1:18.0.0-1.el8", "ALSA-2023:1800"),
    ]);
    const found = (version: string, module?: string) =>
      matchAdvisories(
        { ecosystem: "AlmaLinux:8", name: "nodejs", version },
        { type: "rpm", version, ...(module === undefined ? {} : { module }) },
        advisories,
        compareOf("AlmaLinux")!,
      ).map(({ vulnerabilityId }) => vulnerabilityId);
    const build = "1:14.18.2-2.module_el8.5.0+254+b4526b16";
    expect(found(build, "nodejs:14:8050020211223:c5368500")).toEqual(["CVE-2024-1400"]);
    expect(found(build.replace("14.18", "16.18"), "nodejs:16:80:c5")).toEqual(["CVE-2024-1600"]);
    expect(found(build, "ruby:14:80:c5")).toEqual([]);
    expect(found("1:14.18.2-2.el8")).toEqual(["CVE-2024-1800"]);
    // Of a module that the RPM does not tell: each of them may be meant.
    expect(found(build)).toEqual(["CVE-2024-1400", "CVE-2024-1600"]);
  });

  it("takes as long for a chain of many aliases as for as many without one", () => {
    const groups = new AliasGroups();
    for (let at = 0; at < 20_000; at += 1) groups.add(`A-${at}`, [`A-${at + 1}`]);
    expect(groups.rootOf("A-0")).toBe(groups.rootOf("A-20000"));
    expect(groups.namesOf("A-7")).toHaveLength(20_001);
  });
});

describe("a package of somebody else", () => {
  const deb = { type: "deb", name: "a", version: "1" } as const;
  const rpm = { type: "rpm", name: "a", version: "1" } as const;

  it("is known by its RPM's vendor, or by who maintains it or whose version it has", () => {
    expect(isThirdParty({ ...deb, vendor: "Docker <support@docker.com>" }, "Debian")).toBe(true);
    expect(isThirdParty({ ...deb, version: "15.4-1.pgdg120+1" }, "Debian")).toBe(true);
    expect(isThirdParty({ ...deb, vendor: "A. Person <person@example.org>" }, "Debian")).toBe(
      false,
    );
    expect(isThirdParty({ ...rpm, vendor: "Fedora Project" }, "AlmaLinux")).toBe(true);
    expect(isThirdParty({ ...rpm, vendor: "AlmaLinux" }, "AlmaLinux")).toBe(false);
    expect(isThirdParty(rpm, "AlmaLinux")).toBe(false);
  });
});
