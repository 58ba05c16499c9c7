import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zipOf } from "../../../test/support/simple-zip.ts";
import { ArchiveRefused, zipMembers } from "./zip-members.ts";

let file: string;
beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), "entrepot-zip-")), "all.zip");
});
afterAll(() => rmSync(join(file, ".."), { recursive: true }));

function read(zip: Buffer, most = 1_000_000): Record<string, string> {
  writeFileSync(file, zip);
  const found: Record<string, string> = {};
  for (const member of zipMembers(file, most)) found[member.name] = member.read().toString();
  return found;
}

describe("members of a zip", () => {
  it.each([false, true])("are all read, in 32 and in 64 bits (%s)", (isLarge) => {
    const members = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, at) => [`CVE-${at}.json`, `content of ${at}`]),
    );
    expect(read(zipOf(members, isLarge))).toEqual(members);
  });

  it("are no longer than is taken, whatever they say", () => {
    const zip = zipOf({ a: "x".repeat(2_000) });
    expect(() => read(zip, 1_999)).toThrow(ArchiveRefused);
    const liar = Buffer.from(zip);
    liar.writeUInt32LE(10, liar.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
    expect(() => read(liar)).toThrow("damaged");
  });

  it("do not share their bytes: a small file would have any number of large ones", () => {
    const zip = zipOf({ a: randomBytes(5_000) });
    const at = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const header = zip.subarray(at, at + 47);
    const end = Buffer.from(zip.subarray(at + header.length));
    end.writeUInt16LE(20, 10);
    const repeated = Array.from({ length: 20 }, () => header);
    const bomb = Buffer.concat([zip.subarray(0, at), ...repeated, end]);
    expect(() => read(bomb)).toThrow("its members lie in one another");
  });

  it("are refused or read, and nothing else, of an archive with any byte changed or cut anywhere", () => {
    const zip = zipOf({ a: "some content", b: "more" }, true);
    const place = fc.nat(zip.length - 1);
    fc.assert(
      fc.property(place, fc.nat(255), fc.boolean(), (at, byte, isCut) => {
        const damaged = isCut ? zip.subarray(0, at) : Buffer.from(zip);
        if (!isCut) damaged[at] = byte;
        try {
          read(Buffer.from(damaged));
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveRefused);
        }
      }),
      { numRuns: 400 },
    );
  });
});
