import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { growth, inProportion } from "../../../../test/support/growth.ts";
import { type FileAnalyzer, FileRefused } from "../file-analyzer.ts";
import { apkInstalled } from "./apk-installed.ts";
import { dpkgFiles } from "./dpkg-files.ts";
import { dpkgStatus } from "./dpkg-status.ts";
import { rpmDatabase } from "./rpm-database.ts";

const data = new URL("../../../../test/data/", import.meta.url);

const databases: readonly [path: string, analyzer: FileAnalyzer, sample: string][] = [
  ["var/lib/dpkg/status", dpkgStatus, "dpkg/status"],
  ["var/lib/dpkg/info/a.list", dpkgFiles, "rpm/paths.txt"],
  ["lib/apk/db/installed", apkInstalled, "apk/installed"],
  ["var/lib/rpm/rpmdb.sqlite", rpmDatabase, "rpm/rpmdb.sqlite"],
  ["var/lib/rpm/Packages.db", rpmDatabase, "rpm/Packages.db"],
  ["var/lib/rpm/Packages", rpmDatabase, "rpm/Packages"],
];

/** Says how many packages there are, or -1 if it is refused. Any other end is a fault. */
function analyze(analyzer: FileAnalyzer, path: string, content: Uint8Array): number {
  const sizeBytes = content.length;
  const reading = analyzer.read({
    path,
    kind: "file",
    sizeBytes,
    mode: 0o644,
    userId: 0,
    groupId: 0,
  });
  try {
    reading.push(content);
    return reading.end().packages.length;
  } catch (error) {
    expect(error).toBeInstanceOf(FileRefused);
    return -1;
  }
}

/** Values that mean something: none, one, the most, and signs. */
const telling = [0x00, 0x01, 0x02, 0x05, 0x0d, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x3a];

it.each(databases)(
  "%s ends soon by packages or a refusal, whatever bytes it has",
  (path, analyzer, sample) => {
    const sound = readFileSync(new URL(sample, data));
    // Where formats keep their numbers: the first bytes of a file, and of pages.
    const place = fc.oneof(
      fc.nat(sound.length - 1),
      fc.nat(127),
      fc
        .tuple(fc.nat(Math.floor(sound.length / 4096)), fc.nat(63))
        .map(([page, at]) => Math.min(page * 4096 + at, sound.length - 1)),
    );
    const byte = fc.oneof(fc.constantFrom(...telling), fc.nat(255));
    const changes = fc.array(fc.tuple(place, byte), { minLength: 1, maxLength: 12 });
    const cut = fc.oneof({ weight: 4, arbitrary: fc.constant(sound.length) }, fc.nat(sound.length));
    const property = fc.property(changes, cut, (made, end) => {
      const damaged = Buffer.from(sound);
      for (const [at, value] of made) damaged[at] = value;
      analyze(analyzer, path, damaged.subarray(0, end));
    });
    fc.assert(property, { numRuns: 400 });
  },
);

it.each(databases)("%s of random bytes has no packages", (path, analyzer) => {
  const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 5_000 }), (bytes) => {
    expect(analyze(analyzer, path, bytes)).toBeLessThanOrEqual(0);
  });
  fc.assert(property, { numRuns: 200 });
});

it.each([
  ["var/lib/dpkg/status", dpkgStatus, "\n", 32],
  ["var/lib/dpkg/status", dpkgStatus, "Package: a\nVersion: 1\n", 16],
  ["var/lib/dpkg/info/a.list", dpkgFiles, "/\n", 16],
  ["var/lib/dpkg/info/a.list", dpkgFiles, "/", 16],
  ["lib/apk/db/installed", apkInstalled, "R:a\n", 16],
  ["lib/apk/db/installed", apkInstalled, "P:a\nV:1\n\n", 16],
  ["var/lib/rpm/Packages", rpmDatabase, "\0", 16],
])("%s that repeats itself takes time in proportion", (path, analyzer, text, mebibytes) => {
  const whole = Buffer.alloc(mebibytes * 1024 * 1024, text);
  const work = (size: number) =>
    analyze(analyzer as FileAnalyzer, path as string, whole.subarray(0, size));
  expect(growth(work, whole.length / 8)).toBeLessThan(inProportion);
});
