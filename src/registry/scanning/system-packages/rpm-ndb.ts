import { FileRefused } from "../file-analyzer.ts";
import { ByteBudget } from "./byte-budget.ts";

const headerBytes = 32;
const slotPageBytes = 4096;
const slotBytes = 16;
const blockBytes = 16;
const blobHeaderBytes = 16;

/**
 * What RPM's own "ndb" database holds, as SUSE uses it. Source: rpm 4.18, lib/backend/ndb/rpmpkg.c.
 * @throws FileRefused if it is none
 */
export function* rpmNdbBlobs(content: Uint8Array): Generator<Uint8Array> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (bytes.length < headerBytes || bytes.toString("latin1", 0, 4) !== "RpmP") {
    throw new FileRefused("no ndb database");
  }
  if (bytes.readUInt32LE(4) !== 0) throw new FileRefused("an ndb database of an unknown version");
  const slotsEnd = bytes.readUInt32LE(12) * slotPageBytes;
  if (slotsEnd === 0 || slotsEnd > bytes.length) {
    throw new FileRefused("an ndb database that is cut off");
  }
  const budget = new ByteBudget(bytes.length);
  for (let at = headerBytes; at < slotsEnd; at += slotBytes) {
    if (bytes.toString("latin1", at, at + 4) !== "Slot") {
      throw new FileRefused("an ndb database with a damaged slot");
    }
    const packageNumber = bytes.readUInt32LE(at + 4);
    if (packageNumber === 0) continue; // Free.
    const blobStart = bytes.readUInt32LE(at + 8) * blockBytes;
    yield blobAt(bytes, blobStart, packageNumber, budget);
  }
}

function blobAt(bytes: Buffer, start: number, packageNumber: number, budget: ByteBudget): Buffer {
  const contentStart = start + blobHeaderBytes;
  const isWhole =
    contentStart <= bytes.length &&
    bytes.toString("latin1", start, start + 4) === "BlbS" &&
    bytes.readUInt32LE(start + 4) === packageNumber;
  if (!isWhole) throw new FileRefused("an ndb database that lacks a package's record");
  const length = bytes.readUInt32LE(start + 12);
  if (contentStart + length > bytes.length) {
    throw new FileRefused("an ndb database with a record that is cut off");
  }
  budget.spend(blobHeaderBytes + length);
  return bytes.subarray(contentStart, contentStart + length);
}
