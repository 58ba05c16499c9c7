import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { analyzed, layerFile, named, scanningSample } from "../../../../test/support/analyzed.ts";
import { FileRefused } from "../file-analyzer.ts";
import { rustBinaries } from "./rust-binaries.ts";

const path = "usr/bin/tool";
const found = (content: Uint8Array, pieces?: number[]) =>
  named(analyzed(rustBinaries, path, content, pieces));

const names = Buffer.from("\0.shstrtab\0.dep-v0\0");

/** An ELF file with a section of names and an auditable one. */
function auditable(section: Uint8Array): Buffer {
  const header = Buffer.alloc(64);
  header.write("\x7fELF\x02\x01\x01", "latin1");
  header.writeBigUInt64LE(BigInt(64 + names.length + section.length), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(3, 60);
  header.writeUInt16LE(1, 62);
  const table = Buffer.alloc(3 * 64);
  table.writeUInt32LE(1, 64);
  table.writeBigUInt64LE(64n, 64 + 24);
  table.writeBigUInt64LE(BigInt(names.length), 64 + 32);
  table.writeUInt32LE(11, 128);
  table.writeBigUInt64LE(BigInt(64 + names.length), 128 + 24);
  table.writeBigUInt64LE(BigInt(section.length), 128 + 32);
  return Buffer.concat([header, names, section, table]);
}

const listed = (list: unknown) => auditable(deflateSync(JSON.stringify(list)));

describe("what cargo-auditable writes", () => {
  it("tells of a real program what was linked, not what only built it", () => {
    const sample = scanningSample("rust/auditable.gz");
    const expected = ["cargo hello@0.3.1", "cargo itoa@1.0.9", "cargo libc@0.2.150"];
    expect(found(sample)).toEqual(expected);
    expect(found(sample, [3, 1, 1000])).toEqual(expected);
  });

  it("is no package where it is not", () => {
    const sample = Buffer.from(scanningSample("rust/auditable.gz"));
    sample.write("other", sample.indexOf("\0.dep-v0\0") + 1);
    expect(found(sample)).toEqual([]);
    expect(found(Buffer.from("#!/bin/sh\n\0.dep-v0\0"))).toEqual([]);
    expect(found(Buffer.from("\x7fELF", "latin1"))).toEqual([]);
  });

  it("is refused if it is broken, and before it inflates to more than it may", () => {
    expect(named(analyzed(rustBinaries, path, listed({ packages: [] })))).toEqual([]);
    expect(() => found(auditable(Buffer.from("no zlib")))).toThrow(FileRefused);
    expect(() => found(listed({ packages: {} }))).toThrow("packages is no list");
    expect(() => found(listed({ packages: [{ name: "a" }] }))).toThrow("empty version");
    const bomb = auditable(deflateSync(Buffer.alloc(9 * 1024 * 1024)));
    expect(() => found(bomb)).toThrow("inflates to too much");
    const cut = scanningSample("rust/auditable.gz");
    expect(() => found(cut.subarray(0, cut.length - 64))).toThrow("leads out of the file");
  });

  it("is refused in a file that is larger than what is held of it", () => {
    const reading = rustBinaries.read(layerFile(path, 100 * 1024 * 1024));
    reading.push(listed({ packages: [] }));
    const zeros = new Uint8Array(1024 * 1024);
    for (let read = 0; read < 64; read++) expect(reading.push(zeros)).toBe(true);
    expect(() => reading.end()).toThrow("auditable executable of more than");
  });
});
