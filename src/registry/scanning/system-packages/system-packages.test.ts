import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type FileAnalyzer, type FileFindings, FileRefused } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import type { LayerFile } from "../layer-file.ts";
import { apkInstalled } from "./apk-installed.ts";
import { dpkgFiles } from "./dpkg-files.ts";
import { dpkgStatus, opkgStatus } from "./dpkg-status.ts";
import { rpmDatabase } from "./rpm-database.ts";

const data = new URL("../../../../test/data/", import.meta.url);

function sample(name: string): Buffer {
  return readFileSync(new URL(name, data));
}

function rows(name: string): string[][] {
  const lines = sample(name).toString().trimEnd().split("\n");
  return lines.map((line) => line.split("\t"));
}

function layerFile(path: string, sizeBytes: number): LayerFile {
  return { path, kind: "file", sizeBytes, mode: 0o644, userId: 0, groupId: 0 };
}

/** In pieces of a length that fits nothing. */
function analyze(analyzer: FileAnalyzer, path: string, content: Uint8Array | string): FileFindings {
  const bytes = Buffer.from(content);
  const file = layerFile(path, bytes.length);
  expect(analyzer.wants(file)).toBe(true);
  const reading = analyzer.read(file);
  for (let at = 0; at < bytes.length; at += 4099) {
    if (!reading.push(bytes.subarray(at, at + 4099))) break;
  }
  return reading.end();
}

function refusal(analyzer: FileAnalyzer, path: string, content: Uint8Array | string): string {
  try {
    analyze(analyzer, path, content);
  } catch (error) {
    if (error instanceof FileRefused) return error.message;
    throw error;
  }
  throw new Error("not refused");
}

function named(findings: FileFindings, name: string): FoundPackage | undefined {
  return findings.packages.find((found) => found.name === name);
}

describe("dpkg", () => {
  const status = "var/lib/dpkg/status";
  const found = analyze(dpkgStatus, status, sample("dpkg/status"));

  it("has every package with version and source as dpkg-query tells them", () => {
    const told = found.packages.map(({ name, version, architecture, source }) =>
      [name, version, architecture, source?.name, source?.version].join("\t"),
    );
    const expected = rows("dpkg/packages.tsv").map((row) => row.join("\t"));
    expect(told.sort()).toEqual(expected.sort());
  });

  it("leaves out what is removed, and keeps what is held or not set up yet", () => {
    expect(named(found, "removed")).toBeUndefined();
    expect(named(found, "held")?.source).toEqual({ name: "held-source", version: "2:1.0-1" });
    expect(named(found, "interrupted")?.version).toBe("0.1");
  });

  it("tells who maintains a package", () => {
    expect(named(found, "tar")?.vendor).toContain("@");
  });

  it("reads one stanza a file where there is no dpkg, and which files are its", () => {
    const stanza = "Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n";
    const path = "var/lib/dpkg/status.d/tzdata";
    expect(named(analyze(dpkgStatus, path, stanza), "tzdata")?.version).toBe("2024a-0+deb12u1");
    expect(dpkgStatus.wants(layerFile(`${path}.md5sums`, 1))).toBe(false);
    const sums = "0123456789abcdef0123456789abcdef  usr/lib/tz base/zone1970.tab\n";
    const { ownedPaths } = analyze(dpkgFiles, `${path}.md5sums`, sums);
    expect(ownedPaths).toEqual(["usr/lib/tz base/zone1970.tab"]);
  });

  it("knows the files of a package as layers name them, but for documentation", () => {
    const list =
      "/.\n/usr\n/usr/lib/python3/dist-packages/six.py\n/usr/share/doc/python3-six/copyright\n";
    const { ownedPaths } = analyze(dpkgFiles, "var/lib/dpkg/info/python3-six.list", list);
    expect(ownedPaths).toEqual(["usr", "usr/lib/python3/dist-packages/six.py"]);
  });

  it("reads OpenWrt's packages", () => {
    const content = "Package: dnsmasq\nVersion: 2.90-r1\nStatus: install user installed\n";
    expect(analyze(opkgStatus, "usr/lib/opkg/status", content).packages).toHaveLength(1);
  });

  it.each([
    ["a package without a version", "Package: a\nStatus: install ok installed\n"],
    ["a package without a name", "Version: 1\n"],
    ["a line that is no field of a package", "Package: a\nVersion: 1\nnonsense\n"],
    ["a line that is no field of a package", "\0\x01\x02"],
    ["a source's version without an end", "Package: a\nVersion: 1\nSource: b (1\n"],
    ["a name of more than 512 characters", `Package: ${"a".repeat(513)}\nVersion: 1\n`],
    ["more than 50000 packages", "Package: a\nVersion: 1\n\n".repeat(50_001)],
  ])("is not taken for what it is not: %s", (reason, content) => {
    expect(refusal(dpkgStatus, status, content)).toBe(reason);
  });
});

describe("apk", () => {
  const database = "lib/apk/db/installed";
  const found = analyze(apkInstalled, database, sample("apk/installed"));

  it("has every package with its origin", () => {
    expect(found.packages.map(({ name }) => name)).toEqual([
      "musl",
      "libcrypto3",
      "py3-six",
      ".build-deps",
    ]);
    expect(named(found, "libcrypto3")).toEqual({
      type: "apk",
      name: "libcrypto3",
      version: "3.3.1-r3",
      architecture: "x86_64",
      source: { name: "openssl", version: "3.3.1-r3" },
      vendor: "Ariadne Conill <ariadne@dereferenced.org>",
      licenses: ["Apache-2.0"],
    });
    expect(named(found, ".build-deps")?.source?.name).toBe(".build-deps");
  });

  it("knows which files are of packages", () => {
    expect(found.ownedPaths).toEqual([
      "lib/ld-musl-x86_64.so.1",
      "lib/libc.musl-x86_64.so.1",
      "etc/ssl/openssl.cnf",
      "usr/lib/libcrypto.so.3",
      "usr/lib/python3.12/site-packages/six.py",
      "usr/lib/python3.12/site-packages/six-1.16.0.dist-info/METADATA",
    ]);
  });

  it("is found at its new place", () => {
    expect(apkInstalled.wants(layerFile("usr/lib/apk/db/installed", 1))).toBe(true);
    expect(apkInstalled.wants(layerFile("opt/lib/apk/db/installed", 1))).toBe(false);
  });

  it("is refused when a directory's name is repeated into more than memory holds", () => {
    const folder = `P:a\nV:1\nF:${"d".repeat(4_000)}\n`;
    const bomb = folder + "R:f\n".repeat(100_000);
    expect(refusal(apkInstalled, database, bomb)).toContain("characters of paths");
  });

  it.each([
    ["a package without a version", "P:a\n"],
    ["a line that is no field of a package", "P:a\nV:1\n?\n"],
    ["a path of more than 4096 characters", `P:a\nV:1\nF:${"d".repeat(5_000)}\nR:f\n`],
  ])("is not taken for what it is not: %s", (reason, content) => {
    expect(refusal(apkInstalled, database, content)).toBe(reason);
  });
});

describe.each([
  ["SQLite", "var/lib/rpm/rpmdb.sqlite", "rpm/rpmdb.sqlite"],
  ["ndb", "usr/lib/sysimage/rpm/Packages.db", "rpm/Packages.db"],
  ["Berkeley DB", "var/lib/rpm/Packages", "rpm/Packages"],
])("rpm in %s", (_, path, name) => {
  const found = analyze(rpmDatabase, path, sample(name));

  it("has every package as rpm tells it", () => {
    const told = found.packages.map(
      ({ name, version, architecture, source, vendor = "(none)", module = "(none)" }) => {
        const sourceFile = `${source?.name}-${source?.version}.src.rpm`;
        return [name, version, architecture, sourceFile, vendor, module].join("\t");
      },
    );
    const expected = rows("rpm/packages.tsv").map(
      ([name, epoch, version, release, architecture, source, vendor, module]) => {
        const whole = `${epoch === "(none)" ? "" : `${epoch}:`}${version}-${release}`;
        return [name, whole, architecture, source, vendor, module].join("\t");
      },
    );
    expect(told.sort()).toEqual(expected.sort());
    expect(named(found, "plain")?.licenses).toEqual(["MIT and ASL 2.0"]);
  });

  it("knows the same files as rpm", () => {
    const expected = rows("rpm/paths.txt").map(([path]) => path!.slice(1));
    const withoutDocumentation = expected.filter((path) => !path.startsWith("usr/share/doc/"));
    expect([...found.ownedPaths!].sort()).toEqual(withoutDocumentation.sort());
  });

  it("is refused wherever it is cut off", () => {
    const whole = sample(name);
    for (const share of [0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      expect(refusal(rpmDatabase, path, cut)).not.toBe("");
    }
  });

  it("is refused when it is another kind of file, and nothing when it is empty", () => {
    expect(refusal(rpmDatabase, path, Buffer.alloc(100_000, "x"))).toMatch(/^no /);
    expect(analyze(rpmDatabase, path, "").packages).toEqual([]);
  });
});

describe("an RPM database", () => {
  it("whose newest changes lie beside it is told of", () => {
    const changes = "var/lib/rpm/rpmdb.sqlite-wal";
    expect(refusal(rpmDatabase, changes, "x")).toContain("changes");
    expect(rpmDatabase.wants(layerFile(changes, 0))).toBe(false);
  });

  it("is only looked for where systems have one", () => {
    expect(rpmDatabase.wants(layerFile("usr/share/rpm/rpmdb.sqlite", 1))).toBe(true);
    expect(rpmDatabase.wants(layerFile("srv/rpm/rpmdb.sqlite", 1))).toBe(false);
    expect(rpmDatabase.wants(layerFile("var/lib/rpm/constructor", 1))).toBe(false);
  });

  it("in which a few bytes stand for many packages is refused", () => {
    const ndb = Buffer.from(sample("rpm/Packages.db"));
    const first = ndb.subarray(32, 48);
    for (let slot = 48; slot < 4096; slot += 16) first.copy(ndb, slot);
    expect(refusal(rpmDatabase, "var/lib/rpm/Packages.db", ndb)).toContain("overlap");
  });

  it("whose pages refer to themselves is refused", () => {
    const sqlite = Buffer.from(sample("rpm/rpmdb.sqlite"));
    const pageBytes = sqlite.readUInt16BE(16);
    for (let page = 1; page * pageBytes < sqlite.length; page++) {
      const at = page * pageBytes;
      if (sqlite[at] === 0) sqlite.writeUInt32BE(page + 1, at); // An overflow page's next.
    }
    expect(refusal(rpmDatabase, "var/lib/rpm/rpmdb.sqlite", sqlite)).toContain("damaged");
  });
});
