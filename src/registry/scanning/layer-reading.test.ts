import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ArchiveEntry,
  archiveEntry,
  directory,
  file,
  hardlink,
  layerArchive,
  pax,
  setChecksum,
  symlink,
} from "../../../test/support/layer-archive.ts";
import { analyzers, systemFiles } from "./analyzers.ts";
import { type FileAnalyzer, FileRefused } from "./file-analyzer.ts";
import type { LayerInventory } from "./layer-inventory.ts";
import { type LayerLimits, layerLimits } from "./layer-limits.ts";
import { LayerReading, madeBy } from "./layer-reading.ts";
import { LayerRefused } from "./layer-refused.ts";

/** Finds the content of every file that is called `found`, as a package's version. */
const finder: FileAnalyzer = {
  name: "finder",
  version: 3,
  wants: ({ path }) => path.endsWith("found"),
  read: () => {
    let version = "";
    return {
      push: (piece) => {
        version += Buffer.from(piece).toString("latin1");
        return true;
      },
      end: () => {
        if (version === "refuse") throw new FileRefused("as it asked for");
        if (version === "fail") throw new RangeError("Array buffer allocation failed");
        return { packages: [{ type: "npm", name: "found", version }] };
      },
    };
  },
};

interface Options {
  readonly limits?: Partial<LayerLimits>;
  readonly by?: readonly FileAnalyzer[];
  readonly pieceBytes?: number;
}

function read(archive: Uint8Array, options: Options = {}): LayerInventory {
  const reading = new LayerReading({
    analyzers: options.by ?? [finder],
    systemFiles,
    limits: { ...layerLimits, ...options.limits },
  });
  const step = options.pieceBytes ?? 65_536;
  for (let at = 0; at < archive.length; at += step) reading.push(archive.subarray(at, at + step));
  return reading.end();
}

function readEntries(entries: readonly ArchiveEntry[], options?: Options): LayerInventory {
  return read(layerArchive(entries), options);
}

function refusal(archive: Uint8Array, options?: Options): string {
  try {
    read(archive, options);
  } catch (error) {
    if (error instanceof LayerRefused) return error.refusal;
    throw error;
  }
  return "none";
}

function paths(inventory: LayerInventory): string[] {
  return inventory.files.map(({ path }) => path);
}

function found(inventory: LayerInventory): Record<string, string> {
  return Object.fromEntries(
    inventory.records.map(({ path, packages }) => [path, packages[0]!.version]),
  );
}

describe("a layer's archive", () => {
  it("is told by its digest, its size, and what made the inventory", () => {
    const archive = layerArchive([file("a", "content")]);
    expect(read(archive)).toMatchObject({
      diffId: `sha256:${createHash("sha256").update(archive).digest("hex")}`,
      sizeBytes: archive.length,
      madeBy: "layer@1 finder@3",
    });
    expect(madeBy(analyzers.filter(({ name }) => /^(apk|dpkg|rpm)$/.test(name)))).toBe(
      "layer@1 apk@1 dpkg@1 rpm@2",
    );
  });

  it("gives the same in pieces of whatever length", () => {
    const archive = layerArchive([
      file("deep/found", "x".repeat(1_500)),
      pax({ path: "é/found" }),
      file("short", "pax"),
      file(`${"long/".repeat(60)}found`, "gnu"),
      symlink("link", "deep"),
      file("etc/os-release", "ID=debian\n"),
    ]);
    const whole = read(archive, { pieceBytes: archive.length });
    expect(Object.keys(found(whole))).toHaveLength(3);
    const lengths = fc.integer({ min: 1, max: 2_000 });
    fc.assert(
      fc.property(lengths, (pieceBytes) => {
        expect(read(archive, { pieceBytes })).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it("may have any path in it, none of which leads out", () => {
    const written = ["./a", "/b", "c//d/./e", "../../f", "g/../../h", "i/", "/", ".", ""];
    const inventory = readEntries(written.map((path) => file(path)));
    expect(paths(inventory)).toEqual(["a", "b", "c/d/e", "f", "h", "i"]);
  });

  it("tells owners, modes and links as they are written", () => {
    const inventory = readEntries([
      { path: "su", mode: 0o4755 },
      directory("d"),
      symlink("s", "../su"),
      hardlink("h", "su"),
    ]);
    const owner = { sizeBytes: 0, userId: 1000, groupId: 100 };
    expect(inventory.files).toEqual([
      { path: "su", kind: "file", mode: 0o4755, ...owner },
      { path: "d", kind: "directory", mode: 0o755, ...owner },
      { path: "s", kind: "symlink", mode: 0o777, ...owner, target: "../su" },
      { path: "h", kind: "hardlink", mode: 0o644, ...owner, target: "su" },
    ]);
  });

  it("keeps names apart that are not UTF-8", () => {
    const names = [0xff, 0xfe].map((byte) => Buffer.from([0x61, byte]));
    const inventory = readEntries(names.map((path) => ({ path })));
    expect(paths(inventory)).toEqual(["a\\xff", "a\\xfe"]);
  });

  it("takes sizes in binary, and by extended headers", () => {
    const sizeField = Buffer.alloc(12);
    sizeField[0] = 0x80;
    sizeField[11] = 3;
    const inventory = readEntries([
      { path: "binary-found", content: "abc", sizeField },
      pax({ size: "4", uid: "70000" }),
      { path: "pax-found", content: "abcd", sizeField: "00000000000\0" },
      file("after-found", "z"),
    ]);
    expect(found(inventory)).toEqual({
      "binary-found": "abc",
      "pax-found": "abcd",
      "after-found": "z",
    });
    expect(inventory.files[1]!.userId).toBe(70_000);
  });

  it("may hold prefixes, global headers, old types and unknown ones", () => {
    const prefixed = archiveEntry(file("found", "p"));
    prefixed.write("a/prefix", 345);
    setChecksum(prefixed);
    const archive = layerArchive([
      pax({ path: "not-this" }, "g"),
      file("first"),
      { path: "old/", type: "\0" },
      { path: "old-found", type: "\0", content: "o" },
      { path: "unknown", type: "Z", content: "skipped" },
      { path: "volume", type: "V" },
    ]);
    const inventory = read(Buffer.concat([prefixed, archive]));
    expect(found(inventory)).toEqual({ "a/prefix/found": "p", "old-found": "o" });
    expect(paths(inventory)).toEqual(["a/prefix/found", "first", "old", "old-found"]);
    expect(inventory.files[2]!.kind).toBe("directory");
  });

  it("is read to its end, and no further", () => {
    const archive = Buffer.concat([layerArchive([file("a")]), layerArchive([file("b/found")])]);
    expect(paths(read(archive))).toEqual(["a"]);
    expect(paths(read(layerArchive([file("a")]).subarray(0, 512)))).toEqual(["a"]);
    expect(paths(read(Buffer.alloc(0)))).toEqual([]);
  });
});

describe("what a layer leaves", () => {
  it("is the last of what it has under one path", () => {
    const inventory = readEntries([file("found", "old"), file("found", "new")]);
    expect(found(inventory)).toEqual({ found: "new" });
    expect(paths(inventory)).toEqual(["found"]);
  });

  it("lacks what lay below a path that became a file, a link or a device", () => {
    for (const type of ["0", "2", "3"]) {
      const inventory = readEntries([
        file("d/e/found", "hidden"),
        { path: "d", type, target: "x" },
        file("found", "kept"),
      ]);
      expect(found(inventory)).toEqual({ found: "kept" });
      const became = type === "3" ? [] : ["d"];
      expect(paths(inventory).sort()).toEqual([...became, "found"]);
    }
  });

  it("lands where links of the layer lead, which may not be a circle", () => {
    const inventory = readEntries([
      symlink("lib", "usr/lib"),
      symlink("usr/lib/up", "../../opt"),
      file("lib/apk/found", "a"),
      file("lib/up/found", "b"),
      directory("lib"),
      file("lib/found", "c"),
    ]);
    expect(found(inventory)).toEqual({
      "usr/lib/apk/found": "a",
      "opt/found": "b",
      "lib/found": "c",
    });
    const circle = [symlink("a", "b"), symlink("b", "a"), file("a/c")];
    expect(refusal(layerArchive(circle))).toBe("damaged");
  });

  it("tells what it removes from the layers below", () => {
    const inventory = readEntries([
      file(".wh.top"),
      file("./a/.wh.b"),
      file("c/.wh..wh..opq"),
      file(".wh..wh.aufs"),
      directory(".wh..wh.plnk"),
      { path: "dev/null", type: "3" },
    ]);
    expect(inventory.whiteouts).toEqual(["top", "a/b", "dev/null"]);
    expect(inventory.opaque).toEqual(["c"]);
    expect(inventory.files).toEqual([]);
    expect(refusal(layerArchive([file("a/.wh..")]))).toBe("damaged");
  });

  it("has under a hard link what it has under the file's name", () => {
    const inventory = readEntries([
      file("a/found", "x"),
      file("store/0123", "y"),
      file("b/found", "refuse"),
      hardlink("second-found", "a/found"),
      hardlink("third-found", "./second-found"),
      hardlink("unknown-found", "store/0123"),
      hardlink("refused-found", "b/found"),
      hardlink("lost-found", "nowhere"),
      hardlink("etc/os-release", "store/0123"),
    ]);
    expect(found(inventory)).toEqual({ "a/found": "x", "second-found": "x", "third-found": "x" });
    expect(inventory.unread.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      "b/found: as it asked for",
      "unknown-found: a hard link to store/0123, which is not looked at",
      "refused-found: as it asked for",
      "lost-found: a hard link to nowhere, which is not looked at",
      "etc/os-release: a hard link to store/0123, which is not looked at",
    ]);
  });

  it("includes the texts that tell the distribution, up to a size", () => {
    const inventory = readEntries([
      file("etc/os-release", "ID=alpine\n"),
      file("etc/alpine-release", "x".repeat(65_537)),
    ]);
    expect(inventory.systemFiles).toEqual({ "etc/os-release": "ID=alpine\n" });
    expect(inventory.unread).toEqual([
      { path: "etc/alpine-release", analyzer: "distribution", reason: "larger than 65536 bytes" },
    ]);
  });

  it("includes the packages of its databases", () => {
    const status = readFileSync(new URL("../../../test/data/dpkg/status", import.meta.url));
    const archive = layerArchive([file("var/lib/dpkg/status", status)]);
    const [record] = read(archive, { by: analyzers }).records;
    expect(record).toMatchObject({ path: "var/lib/dpkg/status", analyzer: "dpkg" });
    expect(record!.packages.length).toBe(19);
  });
});

describe("a file that cannot be read", () => {
  it.each([
    ["refuse", "as it asked for"],
    ["fail", "not readable: RangeError: Array buffer allocation failed"],
  ])("is told of, and others are read: %s", (content, reason) => {
    const inventory = readEntries([file("a/found", content), file("b/found", "1")]);
    expect(inventory.unread).toEqual([{ path: "a/found", analyzer: "finder", reason }]);
    expect(found(inventory)).toEqual({ "b/found": "1" });
  });

  it("is told of if only parts of it are there", () => {
    const sparse = archiveEntry({ path: "old-found", type: "S", magic: "ustar  \0" });
    sparse[482] = 1;
    setChecksum(sparse);
    const more = Buffer.alloc(512);
    const rest = layerArchive([
      pax({ "GNU.sparse.major": "1", "GNU.sparse.name": "new-found" }),
      file("GNUSparseFile.1/x", "map"),
      file("found", "1"),
    ]);
    const inventory = read(Buffer.concat([sparse, more, rest]));
    expect(inventory.unread.map(({ path }) => path)).toEqual(["old-found", "new-found"]);
    expect(found(inventory)).toEqual({ found: "1" });
  });
});

describe("a layer is refused as a whole", () => {
  const one = layerArchive([file("found", "x".repeat(1_000))]);

  it.each([
    ["damaged", "what is no archive", Buffer.alloc(2_000, "x")],
    ["damaged", "one that breaks off in a header", one.subarray(0, 300)],
    ["damaged", "one that breaks off in a file", one.subarray(0, 1_000)],
    ["damaged", "one that goes on after its end", Buffer.concat([Buffer.alloc(512), one])],
    [
      "damaged",
      "a negative size",
      layerArchive([{ path: "a", sizeField: Buffer.alloc(12, 0xff) }]),
    ],
    ["damaged", "a size of no digits", layerArchive([{ path: "a", sizeField: "0000000000x" }])],
    [
      "damaged",
      "a size beyond all numbers",
      layerArchive([{ path: "a", sizeField: Buffer.alloc(12, 0xbf) }]),
    ],
    ["damaged", "a negative size of a record", layerArchive([pax({ size: "-1" }), file("a")])],
    [
      "damaged",
      "a record without an end",
      layerArchive([{ path: "p", type: "x", content: "9 a" }]),
    ],
    [
      "damaged",
      "a record of no length",
      layerArchive([{ path: "p", type: "x", content: "0 a=b" }]),
    ],
    ["damaged", "a file in a file", layerArchive([file("a"), file("a/b/c")])],
    ["damaged", "a NUL in a path", layerArchive([pax({ path: "a\0b" }), file("a")])],
    ["damaged", "a path of many parts", layerArchive([file("a/".repeat(2_100))])],
    [
      "damaged",
      "a name that takes megabytes",
      layerArchive([{ path: "a", type: "L", sizeField: "77777777777\0" }]),
    ],
    [
      "damaged",
      "headers without an entry",
      layerArchive(Array.from({ length: 17 }, () => ({ path: "a", type: "L", content: "b" }))),
    ],
  ])("%s: %s", (word, _, archive) => {
    expect(refusal(archive)).toBe(word);
  });

  it.each([
    ["bytes", { uncompressedBytes: 1_000 }],
    ["entries", { entries: 2 }],
    ["characters of paths", { pathCharacters: 10 }],
    ["packages", { packages: 2 }],
  ])("too large: of %s", (_, limits) => {
    const entries = ["a", "b", "c"].map((name) => file(`${name}/found`, "1"));
    expect(refusal(layerArchive(entries), { limits })).toBe("too-large");
    expect(refusal(layerArchive(entries))).toBe("none");
  });

  it("when a hard link repeats more packages than a layer may have", () => {
    const links = Array.from({ length: 5 }, (_, index) => hardlink(`${index}-found`, "found"));
    const archive = layerArchive([file("found", "1"), ...links]);
    expect(refusal(archive, { limits: { packages: 5 } })).toBe("too-large");
  });
});

it("whatever bytes a layer has, it is read or refused", () => {
  const sound = layerArchive([
    pax({ path: "a/found" }),
    file("x", "1"),
    file(`${"long/".repeat(30)}found`, "2"),
    hardlink("b/found", "a/found"),
    symlink("c", "a"),
    file("c/found", "3"),
  ]);
  const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      (changes, mend) => {
        const damaged = Buffer.from(sound);
        for (const [at, byte] of changes) damaged[at] = byte;
        if (mend) {
          for (let at = 0; at < damaged.length; at += 512)
            setChecksum(damaged.subarray(at, at + 512));
        }
        expect(["none", "damaged", "too-large"]).toContain(refusal(damaged));
      },
    ),
    { numRuns: 500 },
  );
});
