import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions, versionScheme } from "./compare-versions.ts";
import { maxVersionLength, type VersionScheme } from "./version-scheme.ts";

const tables = {
  apk: "Alpine",
  composer: "Packagist",
  dpkg: "Debian",
  gem: "RubyGems",
  maven: "Maven",
  pep440: "PyPI",
  rpm: "Red Hat",
};

/** Rows in which others' tables say something else, by what we say; all have been looked at. */
const differences: Record<string, readonly [reason: string, ...rows: string[]][]> = {
  apk: [
    [
      "not of the form of apk-package(5): apk 2 and apk 3 order it differently, so it is not compared",
      ...["c = c ?", "0.r1 < 0r2 ?", "0..8 = 0..8 ?", "1-r0-1 = 1-r0-2 ?", ".2 > .1 ?"],
      ...["0...1...0r1 < 0...1...0r2 ?", "1.2.0A < 1.2.0d ?", "1.2_cvs1 > 1.2_blah ?"],
      ...["0.8.21.r2 < 0.8.21r2 ?", "23_foo > 4_beta ?"],
    ],
  ],
  composer: [
    ["Composer writes all four numbers before it compares", "v3.0 < v3.0.0-beta >"],
    ["Composer writes all four numbers before it compares", "v6.6 < v6.6.0-beta >"],
    ["case makes no difference to Composer", "v1.9.0-ALPHA.1 = v1.9.0-BETA.1 <"],
  ],
  dpkg: [],
  gem: [],
  maven: [
    [
      "jre and jdk are words like others: the table has a policy",
      "12.10.2.jre11 = 12.10.2.jdk17 >",
    ],
    ["jre and jdk are words like others: the table has a policy", "12.10.2.jdk17 = 12.10.2 >"],
    ["a word is the same behind a dot and a hyphen", "3.5.0-CR-2 < 3.5.0.Beta-1 >"],
    ["a word is the same behind a dot and a hyphen", "1.2.48.sec10 < 1.2.48_noneautotype >"],
    ["a word is the same behind a dot and a hyphen", "1.1.46.sec10 < 1.1.46_noneautotype >"],
  ],
  pep440: [
    [
      "not of the form of PEP 440: only lists of versions can name it",
      "2013-05-14T20:16:05+0200 < 2013-06-01T10:32:51+0200 ?",
      "2013-01-21T20:33:09+0100 < 2013-01-23T17:11:52+0100 ?",
      "2013-02-08T17:40:57+0000 < 2013-03-27T16:32:26+0100 ?",
      "2013-02-02T19:59:03+0100 < 2013-02-02T20:23:17+0100 ?",
      "2013-09-11T19-27-10 < 2013-12-23T17-51-15 ?",
      ...["0.1-bulbasaur < 0.1-charmander ?", "0.9-fearow < 0.9-gyarados ?", "0.4m5 < 0.5m1 ?"],
      ...["0.8.4p2 < 0.8.6p1 ?", "0.6m6 < 0.2rc0 ?", "0.8.6p1 < 0.8.7p1 ?", "0.4m4 < 0.4m5 ?"],
      ...["a3 < 2.0b1 ?", "2.0.1rc2-git < 0.8 ?", "4.11-final < 5.0-final ?"],
      "1.3.1-STAGING < 0.0.1 ?",
      "-class.-jw.util.version.Version- < 1.0.dev1 ?",
      "-class.-jw.util.version.version-preview < 1.0 ?",
    ],
  ],
  rpm: [
    ["no epoch is epoch 0", "2:4.19.01-1.el7_5 = 4.19.1-1.el7_5 >"],
    ["no epoch is epoch 0", "3:4.19.0-1.el7_5 < 4.21.0-1.el7 >", "1:0 < 1 >"],
    ["without a release, releases are not compared", "1 < 1-1 ="],
  ],
};

describe("comparing versions", () => {
  it.each(Object.entries(tables))("agrees with the table of %s", (name, ecosystem) => {
    const rows = readFileSync(`test/data/versions/${name}.csv`, "utf8").trim().split("\n").slice(1);
    const found = rows.flatMap((row) => {
      const [a = "", op = "", b = ""] = row.split(",");
      const got = signOf(compareVersions(scheme(ecosystem), a, b));
      const back = signOf(compareVersions(scheme(ecosystem), b, a));
      const isMirrored = back === ({ "<": ">", ">": "<" }[got] ?? got);
      return got === op && isMirrored ? [] : [`${a} ${op} ${b} ${got}`];
    });
    const known = (differences[name] ?? []).flatMap(([, ...listed]) => listed);
    expect(found.toSorted()).toEqual(known.toSorted());
    expect(rows.length).toBeGreaterThan(2000);
  });

  it.each([
    ["crates.io", "1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-alpha.beta < 1.0.0-beta < 1.0.0-beta.2"],
    ["crates.io", "1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0-rc.1 < 1.0.0 = 1.0.0+7 < 2.0.0 < 2.1.0"],
    ["Hex", "1.0.0-0 < 1.0.0-01a < 1.0.0"],
    ["npm", "1.2.3-beta.1 < 1.2.3 = v1.2.3 = =1.2.3 < 1.2.10 < 2"],
    ["npm", "1.0.0-9007199254740993 < 1.0.0-9007199254740994 < 1.0.0-rc1"],
    ["Go", "0.0.0-20220101000000-abcdef123456 < 0.0.0-20220102000000-000000000000 < 0.0.0 < 0.0.1"],
    ["Go", "1.21.0-0 < go1.21rc2 = 1.21.0-rc.2 < 1.21.0-rc.4 < go1.21rc10 < go1.21.0 = 1.21"],
    ["Go", "v2.0.0 = 2.0.0+incompatible < go2.0.1 = 2.0.1"],
    ["Bitnami", "7.0.5-rc1 < 7.0.5 = 7.0.5-0 < 7.0.5-1 < 7.0.5-10 < 7.0.6"],
    ["NuGet", "1.0.0-Alpha = 1.0.0-alpha < 1.0.0-BETA < 1.0 = 1.0.0.0 < 1.0.0.1 < 1.0.1"],
    ["RubyGems", "1.16.0.rc1 < 1.16.0-x86_64-linux = 1.16.0 = 1.16 < 1.16.1-java"],
    ["Packagist", "1.0-dev < 1.0-alpha < 1.0b2 < 1.0-RC1 < v1.0 = 1.0.0 < 1.0.0-p1 < 1.0.1"],
    ["Maven", "5.2.19 < 5.2.20-SNAPSHOT < 5.2.20.RELEASE = 5.2.20 = 5.2.20.Final < 5.2.20-sp1"],
    ["Maven", "1.8.0_275 < 1.8.0_282 < 1.8.1"],
    ["PyPI", "1.dev1 < 1a1 < 1b2.dev1 < 1b2 < 1rc1 < 1 = 1.0 < 1+local < 1.post1 < 1!0"],
    ["Debian:12", "1.0~rc1-1 < 1.0-1~deb12u1 < 1.0-1 < 1.0-1+b1 < 1.0-1.1 < 1.0+dfsg-1 < 1:0.1-1"],
    [
      "Alpine:v3.19",
      "1.2_alpha < 1.2_rc1 < 1.2 < 1.2-r0 < 1.2-r1 < 1.2_git1 < 1.2_p1 < 1.2a < 1.2.1",
    ],
    ["AlmaLinux:9", "1.0~rc1-1 < 1.0-1.el9 < 1.0-1.el9_2 < 1.0^git1-1 < 1.0.1-1 < 1:0-1"],
  ])("%s has the order %s", (ecosystem, order) => {
    const words = order.split(" ");
    for (let at = 0; at + 2 < words.length; at += 1) {
      const [a = "", op = "", b = ""] = words.slice(at, at + 3);
      if (op !== "<" && op !== "=") continue;
      expect(`${a} ${signOf(compareVersions(scheme(ecosystem), a, b))} ${b}`).toBe(
        `${a} ${op} ${b}`,
      );
    }
  });

  it("takes what a Go toolchain says behind its version for no part of it", () => {
    expect(compareVersions(scheme("Go"), "go1.20.3 X:boringcrypto", "1.20.3")).toBe(0);
  });

  it("knows schemes by ecosystems with and without a release, and no unknown one", () => {
    expect(versionScheme("Ubuntu:22.04:LTS")?.name).toBe("dpkg");
    expect(versionScheme("Packagist:https://packages.drupal.org/8")?.name).toBe("composer");
    expect(versionScheme("Red Hat:enterprise_linux:9::baseos")?.name).toBe("rpm");
    expect(versionScheme("Wolfi")?.name).toBe("apk");
    for (const unknown of ["", "debian", "GIT", "constructor", "Pub", ":12"]) {
      expect(versionScheme(unknown), unknown).toBeUndefined();
    }
  });

  it("does not compare what has no place in an order", () => {
    const refused: Record<string, readonly string[]> = {
      Debian: ["", " ", ":1", "1:", "1-", "x:1", "2147483648:1", "1 2"],
      Alpine: ["", "a", "1_foo", "1-r", "1.", "1~", "v1"],
      "Red Hat": ["", "-1"],
      Go: ["", "(devel)", "devel", "unknown"],
      npm: ["", "~", "latest", "1.0.0-", "1.0.0-a..b"],
      Bitnami: ["nightly.2026-03-10.0"],
      PyPI: ["", "1.0-final", "unknown", "1.0+", "1.0+a..b"],
      RubyGems: ["a", "1..2", "1_2"],
      Packagist: ["", "dev-main", "1.x-dev"],
      Maven: [""],
    };
    for (const [ecosystem, versions] of Object.entries(refused)) {
      for (const version of versions) {
        expect(scheme(ecosystem).parse(version), `${ecosystem} ${version}`).toBeUndefined();
      }
    }
  });

  it("does not compare what is longer than versions are", () => {
    for (const ecosystem of Object.keys(parts)) {
      expect(scheme(ecosystem).parse("1".repeat(maxVersionLength)), ecosystem).toBeDefined();
      expect(scheme(ecosystem).parse("1".repeat(maxVersionLength + 1)), ecosystem).toBeUndefined();
    }
  });
});

/** What versions that reach into corners of their schemes are put together from. */
const parts: Record<string, readonly string[]> = {
  Alpine: ["0", "1", "10", "05", ".", "_alpha", "_p", "_rc", "a", "b", "-r1", "-r2", "~ab"],
  Bitnami: ["0", "1", "10", ".", "-", "rc", "beta"],
  Debian: ["0", "1", "10", "01", ".", "~", "+", "-", "a", "b", ":", "Z"],
  Go: ["0", "1", "10", ".", "-", "rc", "beta", "+b"],
  Maven: ["0", "1", "2", ".", "-", "alpha", "a", "rc", "ga", "final", "sp", "x", "snapshot"],
  NuGet: ["0", "1", ".", "-", "RC", "rc"],
  Packagist: ["0", "1", "2", ".", "-", "rc", "beta", "dev", "p", "x", "#"],
  PyPI: ["0", "1", "2", ".", "a", "b1", "rc1", ".post1", ".dev1", "+ab", "+1", "1!", "-1"],
  "Red Hat": ["0", "1", "10", "01", ".", "~", "^", "a", "b", "_"],
  RubyGems: ["0", "1", "2", ".", "-", "a", "rc", "b"],
  npm: ["0", "1", "10", ".", "-", "rc", "alpha", "+b", "01"],
};

describe("every scheme", () => {
  it.each(Object.entries(parts))("%s is a total order", (ecosystem, pieces) => {
    const { parse, compare } = scheme(ecosystem);
    const version = versionOf(pieces).filter((text) => parse(text) !== undefined);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [first, second, third] = [parse(a), parse(b), parse(c)];
        const ab = Math.sign(compare(first, second));
        const bc = Math.sign(compare(second, third));
        expect(Math.sign(compare(second, first)) + ab).toBe(0);
        expect(compare(first, first)).toBe(0);
        if (ab <= 0 && bc <= 0) expect(Math.sign(compare(first, third))).toBe(Math.min(ab, bc));
      }),
      { numRuns: 500 },
    );
  });

  it.each(Object.keys(parts))("%s ends quickly and without failing on any text", (ecosystem) => {
    const { parse, compare } = scheme(ecosystem);
    const text = fc.oneof(
      fc.string({ unit: "binary-ascii", maxLength: 40 }).map((ascii) => `${ascii}é\u{1F600}`),
      versionOf(parts[ecosystem] ?? []).map((piece) => piece.repeat(80).slice(0, 512)),
    );
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [left, right] = [parse(a), parse(b)];
        if (left === undefined || right === undefined) return;
        expect(Number.isFinite(compare(left, right))).toBe(true);
      }),
      { numRuns: 200 },
    );
    const worst = (parts[ecosystem] ?? []).map((piece) => `1${piece.repeat(512)}`.slice(0, 512));
    // Anything worse than quadratic would take far longer than a test may.
    for (const a of worst) for (const b of worst) compareVersions(scheme(ecosystem), a, b);
  });
});

const hasDpkg = spawnSync("dpkg", ["--version"]).status === 0;
const why = hasDpkg ? "" : " (skipped: dpkg is not installed)";

describe("dpkg's order", () => {
  it.skipIf(!hasDpkg)(`is what dpkg says of any two versions${why}`, () => {
    const version = versionOf(parts.Debian ?? []).map((text) => `1${text}`);
    const same = [
      ["1.0", "1.00"],
      ["1-0", "1"],
      ["0:1a", "1a"],
      ["1~0~", "1~~"],
    ] as const;
    const pairs = [...same, ...fc.sample(fc.tuple(version, version), { numRuns: 80, seed: 12 })];
    const script = `while read -r a b; do
      if dpkg --compare-versions "$a" lt "$b"; then echo "<"
      elif dpkg --compare-versions "$a" eq "$b"; then echo "="
      elif dpkg --compare-versions "$a" gt "$b"; then echo ">"
      else echo "?"; fi
    done 2>/dev/null`;
    const input = pairs.map((pair) => `${pair.join(" ")}\n`).join("");
    const { stdout } = spawnSync("sh", ["-c", script], { input, encoding: "utf8" });
    const ours = pairs.map(([a, b]) => signOf(compareVersions(scheme("Debian"), a, b)));
    const told = (signs: readonly string[]) => pairs.map(([a, b], at) => `${a} ${signs[at]} ${b}`);
    expect(told(ours)).toEqual(told(stdout.trim().split("\n")));
    expect(new Set(ours)).toEqual(new Set(["<", "=", ">", "?"]));
  });
});

function versionOf(pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.constantFrom(...pieces);
  return fc.array(piece, { minLength: 1, maxLength: 6 }).map((chosen) => chosen.join(""));
}

function scheme(ecosystem: string): VersionScheme {
  const found = versionScheme(ecosystem);
  if (found === undefined) throw new Error(`no scheme for ${ecosystem}`);
  return found;
}

function signOf(result: number | undefined): string {
  if (result === undefined) return "?";
  return result === 0 ? "=" : result < 0 ? "<" : ">";
}
