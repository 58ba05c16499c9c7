import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named, scanningSample } from "../../../../test/support/analyzed.ts";
import { zip } from "../../../../test/support/zip.ts";
import { type FileAnalyzer, type FileFindings, FileRefused } from "../file-analyzer.ts";
import { oldGoBuild } from "./go-build-info.ts";
import { languageAnalyzers } from "./language-analyzers.ts";

/** The part of a sample around its last bytes that are not zero: mutations elsewhere tell nothing. */
function part(sample: string): Buffer {
  const whole = scanningSample(sample);
  return Buffer.concat([whole.subarray(0, 4096), whole.subarray(-16 * 1024)]);
}

const pom = {
  name: "META-INF/maven/a/b/pom.properties",
  content: "groupId=a\nartifactId=b\nversion=1.0\n",
};
const jar = zip([
  { name: "META-INF/MANIFEST.MF", content: "Implementation-Title: a\nBundle-Version: 1.0\n" },
  { name: "lib/b-1.0.jar", content: zip([pom]) },
  { name: "lib/c-1.0.jar", content: zip([{ ...pom, isWide: true }], { isWide: true }) },
]);
const sbom = `{"spdxVersion": "SPDX-2.3", "packages": [{"name": "a", "externalRefs":
  [{"referenceType": "purl", "referenceLocator": "pkg:npm/%40a/b@1.0.0?arch=x#y"}]}]}`;

/** A file for each analyzer, and for each of its forms. */
const seeds: [analyzer: string, path: string, content: Uint8Array | string][] = [
  ["npm", "node_modules/a/package.json", `{"name": "@a/b", "version": "1.0.0", "license": "MIT"}`],
  ["npm-lock", "package-lock.json", scanningSample("npm/npm1/package-lock.json")],
  ["npm-lock", "package-lock.json", scanningSample("npm/npm3/package-lock.json")],
  ["yarn-lock", "yarn.lock", scanningSample("npm/yarn1/yarn.lock")],
  ["yarn-lock", "yarn.lock", scanningSample("npm/berry/yarn.lock")],
  ["pnpm-lock", "pnpm-lock.yaml", scanningSample("npm/pnpm5/pnpm-lock.yaml")],
  ["pnpm-lock", "pnpm-lock.yaml", scanningSample("npm/pnpm9/pnpm-lock.yaml")],
  ["bun-lock", "bun.lock", scanningSample("npm/bun/bun.lock")],
  ["python", "a.dist-info/METADATA", "Name: A_b\nVersion: 1.0\nLicense: MIT\n x\n\nbody\n"],
  ["python", "a.egg", zip([{ name: "EGG-INFO/PKG-INFO", content: "Name: a\nVersion: 1\n" }])],
  ["go", "go", part("go/go1.26-elf-64.gz")],
  ["go", "go", part("go/go1.17-elf-32.gz")],
  ["go", "go", part("go/go1.17-pe.gz")],
  ["go", "go", part("go/go1.17-mach-o.gz")],
  ["rust", "rust", scanningSample("rust/auditable.gz").subarray(-16 * 1024)],
  ["java", "a-1.0.jar", jar],
  ["ruby", "specifications/a.gemspec", `# stub: a 1.0 ruby lib\n  s.name = "a"\n s.version = "1"`],
  ["gemfile-lock", "Gemfile.lock", "GEM\n  specs:\n    a (1.0-java)\n      b (~> 1)\n"],
  ["composer", "vendor/composer/installed.json", `[{"name": "a/b", "version": "v1.0"}]`],
  ["composer-lock", "composer.lock", `{"packages": [{"name": "a/b", "version": "v1.0"}]}`],
  ["dotnet", "a.deps.json", `{"libraries": {"A/1.0": {"type": "package"}}}`],
  ["nuget-lock", "packages.lock.json", `{"dependencies": {"n": {"A": {"resolved": "1"}}}}`],
  ["nuget-lock", "packages.config", `<packages><package id="a" version='1' /></packages>`],
  ["conda", "conda-meta/a.json", `{"name": "a", "version": "1.0"}`],
  [
    "sbom",
    "a.cdx.json",
    `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"purl": "pkg:gem/a@1"}]}`,
  ],
  ["sbom", "a.cdx.json", sbom],
];

interface Change {
  readonly at: number;
  readonly kind: "bytes" | "cut" | "repeat" | "insert";
  readonly bytes: Uint8Array;
  readonly length: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom("bytes", "cut", "repeat", "insert"),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc
      .constantFrom("{", "[", '"', "\n", "\0", "/", "@", "null", "\xff\xff\xff\xff", "PK\x05\x06")
      .map((text) => Uint8Array.from(Buffer.from(text, "latin1"))),
  ),
  length: fc.integer({ min: 1, max: 64 }),
});

function changed(content: Buffer, { at, kind, bytes, length }: Change): Buffer {
  const start = Math.floor(at * content.length);
  const [before, after] = [content.subarray(0, start), content.subarray(start)];
  if (kind === "cut") return Buffer.concat([before, after.subarray(length)]);
  if (kind === "insert") return Buffer.concat([before, bytes, after]);
  if (kind === "bytes") return Buffer.concat([before, bytes, after.subarray(bytes.length)]);
  return Buffer.concat([before, after.subarray(0, length), after]);
}

/** What was found, or why the file was refused. Any other error is a fault. */
function outcome(read: () => FileFindings): FileFindings | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof FileRefused) return error.message;
    throw error;
  }
}

function analyzerNamed(name: string): FileAnalyzer {
  return languageAnalyzers.find((analyzer) => analyzer.name === name)!;
}

describe("whatever a file holds", () => {
  it("every analyzer has a sample here that it wants and finds something in", () => {
    expect(new Set(seeds.map(([name]) => name))).toEqual(
      new Set(languageAnalyzers.map(({ name }) => name)),
    );
    const silent = seeds.filter(([name, path, content]) => {
      const analyzer = analyzerNamed(name);
      expect(analyzer.wants(layerFile(path, 100)), path).toBe(true);
      const found = outcome(() => analyzed(analyzer, path, content));
      return typeof found === "string" || named(found).length === 0;
    });
    // Cut out of their files, these cannot lead anywhere: they are here for what mutations make of them.
    expect(silent.map(([name]) => name).filter((name) => name !== "go" && name !== "rust")).toEqual(
      [],
    );
  });

  it.each(seeds)("%s finds or refuses (%s), however it comes", (name, path, content) => {
    const analyzer = analyzerNamed(name);
    const seed = Buffer.from(content as Uint8Array);
    const cases = fc.tuple(
      fc.array(change, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 6 }),
    );
    fc.assert(
      fc.property(cases, ([changes, pieces]) => {
        const mutant = changes.reduce(changed, seed);
        const whole = outcome(() => analyzed(analyzer, path, mutant, [mutant.length + 1]));
        const inPieces = outcome(() => analyzed(analyzer, path, mutant, pieces));
        expect(inPieces).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it.each(languageAnalyzers.map(({ name }) => name))("%s finds or refuses any bytes", (name) => {
    const analyzer = analyzerNamed(name);
    const path = seeds.find(([seed]) => seed === name)![1];
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json().map(Buffer.from));
    fc.assert(
      fc.property(bytes, (content) => {
        outcome(() => analyzed(analyzer, path, content, [7]));
      }),
      { numRuns: 60 },
    );
  });
});

it.each(["go/go1.17-elf-64.gz", "go/go1.17-elf-32.gz", "go/go1.17-pe.gz", "go/go1.17-mach-o.gz"])(
  "%s leads somewhere or nowhere, whatever its headers say",
  (sample) => {
    const whole = scanningSample(sample);
    const place = whole.indexOf(goMark.subarray(0, 14));
    const near = fc.record({
      at: fc.oneof(fc.integer({ min: 0, max: 1024 }), fc.integer({ min: place, max: place + 64 })),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    });
    expect(oldGoBuild(whole, place)?.goVersion).toBe("go1.17.1");
    fc.assert(
      fc.property(fc.array(near, { minLength: 1, maxLength: 3 }), (changes) => {
        const undo = changes.map(({ at, bytes }) => {
          const old = Buffer.from(whole.subarray(at, at + bytes.length));
          whole.set(bytes, at);
          return () => whole.set(old, at);
        });
        expect(oldGoBuild(whole, place)?.modules.length ?? 0).toBeLessThan(4 * mebibyte);
        for (const restore of undo.reverse()) restore();
      }),
      { numRuns: 100 },
    );
  },
);

const mebibyte = 1024 * 1024;
const goMark = Buffer.concat([
  Buffer.from("ff20476f206275696c64696e663a0802", "hex"),
  Buffer.alloc(16),
]);

/** Content that a careless reader takes for ever with, or more memory than there is. */
const slow: [name: string, path: string, content: () => Buffer][] = [
  ["yarn-lock", "yarn.lock", () => Buffer.alloc(8 * mebibyte, "a@,")],
  ["yarn-lock", "yarn.lock", () => Buffer.alloc(8 * mebibyte, '"a@npm:a@1:\n')],
  ["pnpm-lock", "pnpm-lock.yaml", () => Buffer.alloc(8 * mebibyte, "lockfileVersion: 9\n  a@1:\n")],
  ["bun-lock", "bun.lock", () => Buffer.alloc(8 * mebibyte, ", ")],
  ["bun-lock", "bun.lock", () => Buffer.alloc(8 * mebibyte, '"')],
  ["npm-lock", "package-lock.json", () => Buffer.alloc(8 * mebibyte, '{"a":')],
  ["python", "a.egg-info", () => Buffer.alloc(2 * mebibyte, "Name: a\n b\n")],
  ["python", "a.egg-info", () => Buffer.from(`Name: ${"-_.".repeat(300_000)}\nVersion: 1\n\n`)],
  ["ruby", "specifications/a.gemspec", () => Buffer.alloc(3 * mebibyte, "s.licenses = '\\")],
  ["nuget-lock", "packages.config", () => Buffer.alloc(8 * mebibyte, "<packages <package a= ")],
  ["nuget-lock", "packages.config", () => Buffer.alloc(8 * mebibyte, "<packages><!-- -->")],
  ["sbom", "a.cdx.json", () => Buffer.alloc(8 * mebibyte, "SPDXVersion: ExternalRef: \n")],
  [
    "go",
    "go",
    () =>
      Buffer.concat([
        Buffer.from("\x7fELF", "latin1"),
        Buffer.alloc(12),
        // Each place says that all that follows is its list of modules.
        Buffer.alloc(
          16 * mebibyte,
          Buffer.concat([
            goMark,
            Buffer.from("\x02go\xf5\xff\x7f", "latin1"),
            Buffer.alloc(10, "\n"),
          ]),
        ),
      ]),
  ],
  ["java", "a.jar", () => Buffer.alloc(8 * mebibyte, "PK\x05\x06")],
  ["java", `${"-1".repeat(30_000)}.jar`, () => zip([])],
  [
    "rust",
    "rust",
    () =>
      Buffer.concat([
        Buffer.from("\x7fELF\x02\x01", "latin1"),
        Buffer.alloc(16 * mebibyte, "\0.dep-v0\0"),
      ]),
  ],
];

it.each(slow)("%s ends in time with what is made to be slow (%#)", (name, path, content) => {
  // Anything quadratic would take far longer than a test may.
  outcome(() => analyzed(analyzerNamed(name), path, content(), [4096]));
});
