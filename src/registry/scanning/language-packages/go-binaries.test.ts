import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named, scanningSample } from "../../../../test/support/analyzed.ts";
import { FileRefused } from "../file-analyzer.ts";
import { goBinaries } from "./go-binaries.ts";

const path = "usr/bin/tool";
const found = (content: Uint8Array, pieces?: number[]) =>
  named(analyzed(goBinaries, path, content, pieces));

const esbuild = ["golang stdlib@1.17.1", "golang github.com/evanw/esbuild@(devel)"];
const system = "golang golang.org/x/sys@v0.0.0-20210908233432-aa78b53d3365";
const tool = (version: string) => [
  "golang stdlib@1.26.8",
  `golang example.com/shipped/tool@${version}`,
  // Put in place by a folder, and by another version.
  "golang example.com/local/part@(devel)",
  "golang github.com/google/uuid@v1.5.0",
  "golang golang.org/x/text@v0.14.0",
];

const mark = Buffer.from("ff20476f206275696c64696e663a", "hex");
const frame = "0123456789abcdef";

/** An executable with build information at a place, of Go 1.18 and later. */
function executable(modules: string, goVersion = "go1.22.3", before = 64): Buffer {
  const header = Buffer.alloc(32);
  mark.copy(header);
  header[14] = 8;
  header[15] = 2;
  const framed = modules === "" ? "" : `${frame}${modules}\n${frame}`;
  const strings = [goVersion, framed].map((text) =>
    Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)]),
  );
  const start = Buffer.alloc(before);
  start.write("\x7fELF", "latin1");
  return Buffer.concat([start, header, ...strings]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) return Buffer.from(bytes);
  }
}

/** The main module's version, by the flags that it was linked with. */
function stamped(flags: string): string | undefined {
  const modules = `mod\texample.com/a/tool\t(devel)\t\nbuild\t-ldflags=${JSON.stringify(flags)}`;
  return analyzed(goBinaries, path, executable(modules)).packages[1]?.version;
}

describe("Go's build information", () => {
  it("is looked for in whatever can be executed and is an executable", () => {
    expect(goBinaries.wants(layerFile(path, 10))).toBe(true);
    expect(goBinaries.wants({ ...layerFile(path, 10), mode: 0o644 })).toBe(false);
    expect(goBinaries.wants({ ...layerFile(path, 0), kind: "symlink" })).toBe(false);
    const script = Buffer.concat([Buffer.from("#!/bin/sh\n"), executable("")]);
    expect(found(script)).toEqual([]);
    expect(goBinaries.read(layerFile(path, 100)).push(script)).toBe(false);
    expect(found(Buffer.from("\x7fE", "latin1"))).toEqual([]);
    expect(found(Buffer.from(`\x7fELF${"a".repeat(1000)}`, "latin1"))).toEqual([]);
  });

  it.each([
    ["go/go1.26-elf-64.gz", tool("v1.4.2")],
    ["go/go1.26-elf-s390x.gz", tool("(devel)")],
    ["go/go1.26-pe.gz", tool("(devel)")],
    ["go/go1.17-elf-64.gz", [...esbuild, system]],
    ["go/go1.17-elf-32.gz", [...esbuild, system]],
    ["go/go1.17-mach-o.gz", [...esbuild, system]],
    ["go/go1.17-pe.gz", esbuild],
  ])("tells of %s what Go's own reader does", (sample, expected) => {
    expect(found(scanningSample(sample))).toEqual(expected);
  });

  it("is found wherever pieces end, and in executables that are carried as they are", () => {
    const whole = executable("mod\ta\tv1.0.0\t\ndep\tb\tv2.0.0\th1:x");
    const expected = ["golang stdlib@1.22.3", "golang a@v1.0.0", "golang b@v2.0.0"];
    for (const pieces of [[1], [65, 1], [63, 2, 1], [whole.length - 1, 1]]) {
      expect(found(whole, pieces)).toEqual(expected);
    }
    const padding = Buffer.alloc(16 - (whole.length % 16));
    const other = executable("mod\tc\tv3.0.0\t", "go1.21.0");
    expect(found(Buffer.concat([whole, padding, other]))).toEqual([
      ...expected,
      "golang stdlib@1.21.0",
      "golang c@v3.0.0",
    ]);
  });

  it("is not what only looks like it", () => {
    expect(found(executable("mod\ta\tv1.0.0\t", "go1.22.3", 72))).toEqual([]);
    expect(found(executable("mod\ta\tv1.0.0\t", "rust1.70"))).toEqual([]);
    expect(found(executable("").subarray(0, 90))).toEqual([]);
    // What stands where the modules do, without the frame around them.
    const bare = executable(`mod\ta\tv1.0.0\t\n${"x".repeat(20)}`);
    bare[bare.lastIndexOf("\n", -1)] = 0x20;
    expect(found(bare)).toEqual(["golang stdlib@1.22.3"]);
  });

  it("is refused if it is cut or leads nowhere, never taken for none", () => {
    const whole = executable("mod\ta\tv1.0.0\t");
    expect(() => found(whole.subarray(0, whole.length - 1))).toThrow(FileRefused);
    const old = Buffer.from(scanningSample("go/go1.17-elf-64.gz"));
    old.fill(0xee, old.indexOf(mark) + 16, old.indexOf(mark) + 32);
    expect(() => found(old)).toThrow("leads nowhere");
  });

  it("is refused if it is old and the file larger than what is held of it", () => {
    const reading = goBinaries.read(layerFile(path, 100 * 1024 * 1024));
    const old = executable("");
    old[64 + 15] = 0;
    reading.push(old);
    const zeros = new Uint8Array(1024 * 1024);
    for (let read = 0; read < 64; read++) expect(reading.push(zeros)).toBe(true);
    expect(() => reading.end()).toThrow("before 1.18 and larger than");
  });

  it("tells the library's version without what was chosen to build it with", () => {
    const library = (version: string) => found(executable("", version))[0];
    expect(library("go1.22.3 X:boringcrypto")).toBe("golang stdlib@1.22.3");
    expect(library("go1.20.12 (Red Hat 1.20.12-1.el9_3)")).toBe("golang stdlib@1.20.12");
    expect(library("go1.21rc2")).toBe("golang stdlib@1.21rc2");
    expect(library("devel go1.23-0123abc Thu")).toBe("golang stdlib@(devel)");
  });

  it("tells the main module's version that its builder set, if there is no doubt", () => {
    expect(stamped("-s -w -X main.version=v1.2.3")).toBe("v1.2.3");
    expect(stamped("-X=main.Version=1.2.3-rc.1")).toBe("1.2.3-rc.1");
    expect(stamped("-X 'example.com/a/tool/internal.gitVersion=v1.2.3' -w")).toBe("v1.2.3");
    expect(stamped("-X github.com/prometheus/common/version.Version=2.45.0")).toBe("2.45.0");
    expect(stamped("-X main.version=1.2.3 -X example.com/b.Version=9.9.9")).toBe("1.2.3");
    expect(stamped("-X example.com/b.Version=9.9.9 -X example.com/c.Version=8.8.8")).toBe(
      "(devel)",
    );
    expect(stamped("-X main.version=dev -X main.commit=1.2.3 -X main.goVersion=1.22.3")).toBe(
      "(devel)",
    );
    expect(stamped("")).toBe("(devel)");
  });
});
