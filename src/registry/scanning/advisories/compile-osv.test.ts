import { describe, expect, it } from "vitest";
import { comparisons } from "./compare-of.ts";
import { compileOsv } from "./compile-osv.ts";

const compareOf = comparisons();
const base = { id: "GHSA-1", modified: "2024-01-02T03:04:05Z" };

function compiled(rest: object) {
  return compileOsv({ ...base, ...rest }, compareOf);
}

function affected(events: readonly object[], rest: object = {}) {
  const range = { type: "ECOSYSTEM", events };
  return { package: { ecosystem: "npm", name: "a" }, ranges: [range], ...rest };
}

describe("a compiled record", () => {
  it("has its events in the order of versions, and equal ones in its own", () => {
    const events = [{ fixed: "2.0.0" }, { introduced: "2.0.0" }, { fixed: "10.0.0" }];
    const { advisories } = compiled({ affected: [affected([...events, { introduced: "0" }])] });
    expect(advisories[0]?.ranges).toEqual([
      [
        ["introduced", "0"],
        ["fixed", "2.0.0"],
        ["introduced", "2.0.0"],
        ["fixed", "10.0.0"],
      ],
    ]);
  });

  it("keeps listed versions only where no range holds them", () => {
    const versions = ["1.0.0", "1.5.0", "3.0.0", "not one"];
    const events = [{ introduced: "0" }, { fixed: "2.0.0" }];
    const { advisories } = compiled({ affected: [affected(events, { versions })] });
    expect(advisories[0]?.versions).toEqual(["3.0.0", "not one"]);
  });

  it("leaves out ranges of commits and what no image holds, and joins what one package is told in parts", () => {
    const git = { type: "GIT", events: [{ introduced: "0" }] };
    const { advisories } = compiled({
      affected: [
        affected([{ introduced: "0" }, { fixed: "1.0.0" }]),
        { package: { ecosystem: "npm", name: "a" }, ranges: [git] },
        affected([{ introduced: "2.0.0" }, { last_affected: "2.1.0" }]),
        { package: { ecosystem: "SwiftURL", name: "a" }, versions: ["1"] },
        { ranges: [git] },
      ],
    });
    expect(advisories).toHaveLength(1);
    expect(advisories[0]?.ranges).toHaveLength(2);
  });

  it("tells of ranges that cannot be put in order, and mends what sources often get wrong", () => {
    const odd = compiled({ affected: [affected([{ introduced: "0" }, { fixed: "~" }])] });
    expect(odd).toMatchObject({ advisories: [], odd: [expect.stringContaining("no version")] });
    const alpine = { package: { ecosystem: "Alpine:v3.17", name: "a" } };
    const mended = compiled({
      affected: [affected([{ introduced: "0" }, { fixed: "1.7.5.-r1" }], alpine)],
    });
    expect(mended.advisories[0]?.ranges[0]?.[1]).toEqual(["fixed", "1.7.5-r1"]);
  });

  it("has names as their ecosystem compares them", () => {
    const of = (ecosystem: string, name: string) =>
      compiled({ affected: [{ package: { ecosystem, name }, versions: ["1"] }] }).advisories[0]
        ?.name;
    expect(of("PyPI", "Foo_.-Bar")).toBe("foo-bar");
    expect(of("NuGet", "Newtonsoft.Json")).toBe("newtonsoft.json");
    expect(of("Packagist:https://packages.drupal.org/8", "drupal/Core")).toBe("drupal/core");
    expect(of("npm", "JSONStream")).toBe("JSONStream");
    expect(of("Go", "github.com/A/b/v2")).toBe("github.com/A/b/v2");
  });

  it("keeps apart what is no vulnerability: unmaintained code, errata of bugs; not unsound code with a CVE", () => {
    const kind = (id: string, rest: object, top: object = {}) =>
      compiled({ id, ...top, affected: [affected([{ introduced: "0" }], rest)] }).advisories[0]
        ?.informational;
    const informational = (word: string) => ({ database_specific: { informational: word } });
    expect(kind("RUSTSEC-1", informational("unmaintained"))).toBe("unmaintained");
    expect(kind("RUSTSEC-2", informational("unsound"))).toBe("unsound");
    expect(kind("RUSTSEC-3", informational("unsound"), { aliases: ["CVE-2020-1"] })).toBe(
      "unsound",
    );
    expect(kind("RUSTSEC-3", informational("unsound"), { aliases: ["CVE-2020-1000"] })).toBe(
      undefined,
    );
    expect(kind("ALBA-2021:1", {})).toBe("bug fix");
    expect(kind("ALBA-2021:1", {}, { upstream: ["CVE-2021-1000"] })).toBe(undefined);
  });

  it("reads ratings of vulnerability and package, and words for why there is no fix", () => {
    const debian = { package: { ecosystem: "Debian:12", name: "a" } };
    const { advisories } = compiled({
      id: "DEBIAN-CVE-2024-1000",
      severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N" }],
      affected: [
        affected([{ introduced: "0" }], {
          ...debian,
          ecosystem_specific: { urgency: "unimportant", state: "<no-dsa>" },
        }),
      ],
    });
    expect(advisories[0]).toMatchObject({
      state: "will not fix",
      ratings: [
        { source: "DEBIAN", word: "unimportant", isOfPackage: true },
        { source: "DEBIAN", vector: "CVSS:3.1/AV:N" },
      ],
    });
  });

  it("counts one build of a module's package for all builds of the same version", () => {
    const build = (fixed: string) =>
      affected([{ introduced: "0" }, { fixed }], {
        package: { ecosystem: "AlmaLinux:8", name: "nodejs" },
      });
    const { advisories } = compiled({
      id: "ALSA-2022:1",
      upstream: ["CVE-2022-1000"],
      affected: [
        build("1:14.18.2-2.module_el8.5.0+2618+8d46dafd"),
        build("1:14.18.2-2.module_el8.5.0+254+b4526b16"),
      ],
    });
    expect(advisories[0]).toMatchObject({
      module: { name: "nodejs", version: "14.18.2" },
      ranges: [
        [
          ["introduced", "0"],
          ["fixed", "1:14.18.2-2.module_el8.5.0+254+b4526b16"],
        ],
      ],
    });
  });

  it.each([
    ["no object", []],
    ["no id", { id: undefined }],
    ["an id that is a number", { id: 5 }],
    ["no time", { modified: undefined }],
    ["a time that is none", { modified: "yesterday" }],
    ["affected that is no list", { affected: {} }],
    ["a package without a name", { affected: [{ package: { ecosystem: "npm" } }] }],
    ["a range of no type", { affected: [affected([], { ranges: [{ events: [] }] })] }],
    ["an event with a number", { affected: [affected([{ introduced: 0 }])] }],
    [
      "versions that are numbers",
      { affected: [affected([{ introduced: "0" }], { versions: [1] })] },
    ],
    ["a version with a line break", { affected: [affected([{ introduced: "1\n2" }])] }],
    ["aliases that are a text", { aliases: "CVE-2024-1000" }],
    ["an alias with half of a character", { aliases: ["CVE-\ud800"] }],
    ["an id with half of a character", { id: "A-\udc00" }],
  ])("is refused with a reason: %s", (_, rest) => {
    const record = Array.isArray(rest) ? rest : { ...base, ...rest };
    expect(() => compileOsv(record, compareOf)).toThrow(
      expect.objectContaining({ name: "RecordRefused" }),
    );
  });

  it("leaves out references with half of a character, which no URL can have", () => {
    const references = [
      { type: "WEB", url: "https://a/\ud800" },
      { type: "WEB", url: "https://b" },
    ];
    const { advisories } = compileOsv(
      { ...base, references, affected: [affected([{ introduced: "0" }])] },
      compareOf,
    );
    expect(advisories[0]?.references).toEqual(["https://b"]);
  });

  it("takes references of a kind that is no text, however deep, for ones of no kind", () => {
    let type: unknown = "WEB";
    for (let depth = 0; depth < 20_000; depth++) type = [type];
    const references = [
      { type, url: "https://b" },
      { type: "ADVISORY", url: "https://a" },
    ];
    const { advisories } = compiled({ references, affected: [affected([{ introduced: "0" }])] });
    expect(advisories[0]?.references).toEqual(["https://a", "https://b"]);
  });

  it("takes a record of any depth of prototypes for what it holds itself", () => {
    const record = JSON.parse(
      '{"id":"A-1","modified":"2024-01-01T00:00:00Z","__proto__":{"withdrawn":"2024-01-01T00:00:00Z"},' +
        '"affected":[{"package":{"ecosystem":"npm","name":"__proto__"},"versions":["constructor"]}]}',
    );
    const { advisories } = compileOsv(record, compareOf);
    expect(advisories[0]).toMatchObject({ name: "__proto__", versions: ["constructor"] });
    expect(advisories[0]?.withdrawnAt).toBeUndefined();
  });
});
