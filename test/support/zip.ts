import { crc32, deflateRawSync } from "node:zlib";

/** A member, and what of it is to be told wrongly. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly isStored?: boolean;
  readonly isEncrypted?: boolean;
  /** Writes sizes behind the content only, as streaming writers do. */
  readonly hasDescriptor?: boolean;
  readonly method?: number;
  /** Instead of the true one. */
  readonly sizeBytes?: number;
  /** Writes sizes and place as archives of more than 4 GiB do. */
  readonly isWide?: boolean;
}

export interface ZipOptions {
  readonly comment?: string;
  /** Ends with the records of archives of more than 65,535 members. */
  readonly isWide?: boolean;
}

/** A zip archive of these members. */
export function zip(entries: readonly ZipEntry[], options: ZipOptions = {}): Buffer {
  const members: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const member = memberOf(entry);
    directory.push(directoryEntry(entry, member.compressed.length, offset));
    members.push(member.bytes);
    offset += member.bytes.length;
  }
  const listed = Buffer.concat(directory);
  return Buffer.concat([...members, listed, end(entries.length, listed.length, offset, options)]);
}

function memberOf(entry: ZipEntry): { bytes: Buffer; compressed: Buffer } {
  const content = Buffer.from(entry.content as Uint8Array);
  const compressed = entry.isStored ? content : deflateRawSync(content);
  const name = Buffer.from(entry.name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(flagsOf(entry), 6);
  header.writeUInt16LE(methodOf(entry), 8);
  if (!entry.hasDescriptor) {
    header.writeUInt32LE(crc32(content), 14);
    header.writeUInt32LE(compressed.length, 18);
    header.writeUInt32LE(content.length, 22);
  }
  header.writeUInt16LE(name.length, 26);
  const descriptor = Buffer.alloc(entry.hasDescriptor ? 16 : 0);
  if (entry.hasDescriptor) {
    descriptor.writeUInt32LE(0x08074b50, 0);
    descriptor.writeUInt32LE(crc32(content), 4);
    descriptor.writeUInt32LE(compressed.length, 8);
    descriptor.writeUInt32LE(content.length, 12);
  }
  return { bytes: Buffer.concat([header, name, compressed, descriptor]), compressed };
}

function flagsOf(entry: ZipEntry): number {
  return (entry.isEncrypted ? 1 : 0) | (entry.hasDescriptor ? 8 : 0);
}

function methodOf(entry: ZipEntry): number {
  return entry.method ?? (entry.isStored ? 0 : 8);
}

function directoryEntry(entry: ZipEntry, compressedBytes: number, offset: number): Buffer {
  const name = Buffer.from(entry.name);
  const content = Buffer.from(entry.content as Uint8Array);
  const sizeBytes = entry.sizeBytes ?? content.length;
  const extra = Buffer.alloc(entry.isWide ? 28 : 0);
  if (entry.isWide) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    [sizeBytes, compressedBytes, offset].forEach((value, index) => {
      extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
    });
  }
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE(flagsOf(entry), 8);
  record.writeUInt16LE(methodOf(entry), 10);
  record.writeUInt32LE(crc32(content), 16);
  record.writeUInt32LE(entry.isWide ? 0xffffffff : compressedBytes, 20);
  record.writeUInt32LE(entry.isWide ? 0xffffffff : sizeBytes, 24);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(extra.length, 30);
  record.writeUInt32LE(entry.isWide ? 0xffffffff : offset, 42);
  return Buffer.concat([record, name, extra]);
}

function end(count: number, bytes: number, offset: number, options: ZipOptions): Buffer {
  const comment = Buffer.from(options.comment ?? "");
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(options.isWide ? 0xffff : count, 8);
  record.writeUInt16LE(options.isWide ? 0xffff : count, 10);
  record.writeUInt32LE(options.isWide ? 0xffffffff : bytes, 12);
  record.writeUInt32LE(options.isWide ? 0xffffffff : offset, 16);
  record.writeUInt16LE(comment.length, 20);
  if (!options.isWide) return Buffer.concat([record, comment]);
  const wide = Buffer.alloc(56 + 20);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4);
  wide.writeBigUInt64LE(BigInt(count), 24);
  wide.writeBigUInt64LE(BigInt(count), 32);
  wide.writeBigUInt64LE(BigInt(bytes), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  wide.writeUInt32LE(0x07064b50, 56);
  wide.writeBigUInt64LE(BigInt(offset + bytes), 64);
  return Buffer.concat([wide, record, comment]);
}
