/**
 * Just as much of tar as an archive of ours needs: files, one after the other, that tar, bsdtar and
 * Python read. Source: POSIX.1-2017, pax, "ustar Interchange Format"; sizes from 8 GiB on as GNU tar
 * writes them, in base 256.
 */
export const blockBytes = 512;
/** Two blocks of zeros. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

const nameField = [0, 100] as const;
const sizeField = [124, 12] as const;
const checksumField = [148, 8] as const;
const largestOctalSize = 8 ** 11 - 1;

export interface TarEntry {
  readonly name: string;
  readonly lengthBytes: number;
}

/** How much follows a content up to the next block. */
export function paddingBytes(lengthBytes: number): number {
  return (blockBytes - (lengthBytes % blockBytes)) % blockBytes;
}

export function tarHeader({ name, lengthBytes }: TarEntry, modifiedSeconds: number): Buffer {
  if (Buffer.byteLength(name) > nameField[1]) throw new Error(`too long a name for tar: ${name}`);
  const block = Buffer.alloc(blockBytes);
  block.write(name, nameField[0]);
  block.write("0000600\0", 100); // Mode.
  block.write("0000000\0", 108); // Owner.
  block.write("0000000\0", 116); // Group.
  writeSize(block, lengthBytes);
  block.write(`${modifiedSeconds.toString(8).padStart(11, "0")}\0`, 136);
  block.write("0", 156); // A file.
  block.write("ustar\0", 257);
  block.write("00", 263);
  const sum = checksum(block).toString(8).padStart(6, "0");
  block.write(`${sum}\0 `, checksumField[0]);
  return block;
}

/**
 * The entry that the block begins; `undefined` for a block of zeros.
 * @throws when it is damaged
 */
export function parseTarHeader(block: Buffer): TarEntry | undefined {
  if (block.length < blockBytes) throw new Error("it is cut off");
  if (block.every((byte) => byte === 0)) return undefined;
  const written = Number.parseInt(textOf(block, ...checksumField), 8);
  if (written !== checksum(block)) throw new Error("a header in it is damaged");
  const lengthBytes = readSize(block);
  // Whoever made it can have summed it rightly all the same.
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 0)
    throw new Error("a size in it is none");
  return { name: textOf(block, ...nameField), lengthBytes };
}

function writeSize(block: Buffer, lengthBytes: number): void {
  const [start, length] = sizeField;
  if (lengthBytes <= largestOctalSize) {
    block.write(`${lengthBytes.toString(8).padStart(11, "0")}\0`, start);
    return;
  }
  block[start] = 0x80;
  block.writeBigUInt64BE(BigInt(lengthBytes), start + length - 8);
}

function readSize(block: Buffer): number {
  const [start, length] = sizeField;
  if (block[start] === 0x80) return Number(block.readBigUInt64BE(start + length - 8));
  return Number.parseInt(textOf(block, start, length), 8);
}

/** As if the field of the sum itself were blanks. */
function checksum(block: Buffer): number {
  const [start, length] = checksumField;
  let sum = 0;
  for (const [index, byte] of block.entries()) {
    sum += index >= start && index < start + length ? 0x20 : byte;
  }
  return sum;
}

function textOf(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end).trim();
}
