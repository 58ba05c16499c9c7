import { crc32, deflateRawSync } from "node:zlib";

/** A zip of these members, as any tool writes it; with `isLarge`, by the fields of 64 bits. */
export function zipOf(members: Readonly<Record<string, string | Buffer>>, isLarge = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(members)) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(8, 10);
    header.writeUInt32LE(crc32(plain), 16);
    header.writeUInt32LE(isLarge ? 0xffffffff : packed.length, 20);
    header.writeUInt32LE(isLarge ? 0xffffffff : plain.length, 24);
    header.writeUInt16LE(Buffer.byteLength(name), 28);
    header.writeUInt16LE(isLarge ? 28 : 0, 30);
    header.writeUInt32LE(isLarge ? 0xffffffff : at, 42);
    const large = Buffer.alloc(isLarge ? 28 : 0);
    if (isLarge) {
      large.writeUInt16LE(1, 0);
      large.writeUInt16LE(24, 2);
      for (const [place, value] of [plain.length, packed.length, at].entries()) {
        large.writeBigUInt64LE(BigInt(value), 4 + 8 * place);
      }
    }
    directory.push(header, Buffer.from(name), large);
    parts.push(local, Buffer.from(name), packed);
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const listed = Buffer.concat(directory);
  return Buffer.concat([
    ...parts,
    listed,
    ...endOf(Object.keys(members).length, at, listed.length, isLarge),
  ]);
}

function endOf(count: number, at: number, length: number, isLarge: boolean): Buffer[] {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(isLarge ? 0xffff : count, 10);
  end.writeUInt32LE(isLarge ? 0xffffffff : length, 12);
  end.writeUInt32LE(isLarge ? 0xffffffff : at, 16);
  if (!isLarge) return [end];
  const large = Buffer.alloc(56);
  large.writeUInt32LE(0x06064b50, 0);
  large.writeBigUInt64LE(BigInt(count), 32);
  large.writeBigUInt64LE(BigInt(length), 40);
  large.writeBigUInt64LE(BigInt(at), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(at + length), 8);
  return [large, locator, end];
}
