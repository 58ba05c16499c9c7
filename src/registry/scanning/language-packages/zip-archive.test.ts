import { describe, expect, it } from "vitest";
import { zip } from "../../../../test/support/zip.ts";
import { FileRefused } from "../file-analyzer.ts";
import { InflationBudget } from "./inflation-budget.ts";
import { ZipArchive } from "./zip-archive.ts";

function contents(bytes: Uint8Array): Record<string, string> {
  const archive = new ZipArchive(bytes, new InflationBudget(bytes.length));
  const read: Record<string, string> = {};
  for (const member of archive.members()) {
    read[member.name] = Buffer.from(archive.content(member)).toString();
  }
  return read;
}

const text = "some text ".repeat(100);

describe("zip archives", () => {
  it("are read in all forms that are written", () => {
    const forms = zip(
      [
        { name: "deflated", content: text },
        { name: "stored", content: text, isStored: true },
        { name: "streamed", content: text, hasDescriptor: true },
        { name: "wide", content: text, isWide: true },
        { name: "ünïcode", content: "" },
      ],
      { comment: "with a comment" },
    );
    const expected = { deflated: text, stored: text, streamed: text, wide: text, ünïcode: "" };
    expect(contents(forms)).toEqual(expected);
    expect(contents(zip([{ name: "a", content: text }], { isWide: true }))).toEqual({ a: text });
    expect(contents(zip([]))).toEqual({});
  });

  it("are read behind other data, as in executable jars", () => {
    const archive = zip([{ name: "a", content: text }]);
    const script = Buffer.from("#!/bin/sh\nexec java -jar $0\n");
    expect(contents(Buffer.concat([script, archive]))).toEqual({ a: text });
  });

  it("are refused wherever they are cut", () => {
    const archive = zip([{ name: "a", content: text }]);
    for (let length = 0; length < archive.length; length++) {
      expect(() => contents(archive.subarray(0, length))).toThrow(FileRefused);
    }
    for (let start = 1; start < archive.length; start++) {
      expect(() => contents(archive.subarray(start))).toThrow(FileRefused);
    }
  });

  it("are refused if they hold fewer members than they say, or more", () => {
    const archive = zip([{ name: "a", content: text }]);
    for (const count of [0, 2]) {
      archive.writeUInt16LE(count, archive.length - 12);
      expect(() => contents(archive)).toThrow("directory is broken");
    }
  });

  it("give no memory on the word of a size that cannot be", () => {
    const lying = zip([{ name: "a", content: text, sizeBytes: 900 * 1024 * 1024 }]);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => contents(lying)).toThrow(FileRefused);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});
