import { LayerRefused } from "./layer-refused.ts";

export const blockBytes = 512;

/** A header block as it stands in an archive. */
export interface TarHeader {
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  /** The character that says of what kind the entry is. */
  readonly type: string;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  /** More blocks follow that say where a sparse file's parts belong. */
  readonly hasSparseBlocks: boolean;
}

/**
 * Source: pax(1), "ustar Interchange Format"; GNU tar, "Basic Tar Format". What is doubtful is taken as Go's
 * archive/tar takes it, since that is what container engines unpack layers with.
 * @throws LayerRefused if the block is no header
 */
export function readTarHeader(block: Buffer): TarHeader {
  checkSum(block);
  const type = String.fromCharCode(block[156]!);
  const magic = block.toString("latin1", 257, 265);
  const isGnu = magic === "ustar  \0";
  const name = textField(block, 0, 100);
  const prefix = magic.startsWith("ustar\0")
    ? textField(block, 345, prefixBytes(block))
    : undefined;
  const isPrefixed = prefix !== undefined && prefix.length > 0;
  return {
    name: isPrefixed ? Buffer.concat([prefix, Buffer.from("/"), name]) : name,
    linkName: textField(block, 157, 100),
    type,
    sizeBytes: numberField(block, 124, 12),
    mode: numberField(block, 100, 8),
    userId: ownerField(block, 108),
    groupId: ownerField(block, 116),
    hasSparseBlocks: isGnu && type === "S" && block[482] !== 0,
  };
}

export function isZeroBlock(block: Buffer): boolean {
  for (let at = 0; at < blockBytes; at++) if (block[at] !== 0) return false;
  return true;
}

/** Schilling's star has times in what others use for the rest of the prefix. */
function prefixBytes(block: Buffer): number {
  return block.toString("latin1", 508, 512) === "tar\0" ? 131 : 155;
}

/** Of all bytes, with the field of the sum itself as spaces; some old programs took bytes for signed. */
function checkSum(block: Buffer): void {
  let sum = 8 * 0x20;
  let above = 0;
  for (let at = 0; at < blockBytes; at++) {
    if (at === 148) at = 156;
    const byte = block[at]!;
    sum += byte;
    if (byte > 127) above++;
  }
  const recorded = numberField(block, 148, 8);
  if (recorded !== sum && recorded !== sum - 256 * above) {
    throw new LayerRefused("damaged", "The layer is no tar archive, or a damaged one.");
  }
}

/** Up to its first NUL. */
function textField(block: Buffer, start: number, length: number): Uint8Array {
  const end = block.indexOf(0, start);
  const isFull = end === -1 || end > start + length;
  return Buffer.from(block.subarray(start, isFull ? start + length : end));
}

/** Octal digits, or for what these cannot say a binary number whose first bit is set. */
function numberField(block: Buffer, start: number, length: number): number {
  if (block[start]! >= 0x80) return binaryNumber(block, start, length);
  let at = start;
  let end = start + length;
  while (at < end && isFiller(block[at]!)) at++;
  while (end > at && isFiller(block[end - 1]!)) end--;
  let value = 0;
  for (; at < end && block[at] !== 0; at++) {
    const digit = block[at]! - 0x30;
    if (digit < 0 || digit > 7) throw badNumber();
    value = value * 8 + digit;
  }
  return value;
}

/** Numbers below nothing stand for nobody in old archives: not worth a refusal. */
function ownerField(block: Buffer, start: number): number {
  return block[start]! >= 0xc0 ? 0 : numberField(block, start, 8);
}

function isFiller(byte: number): boolean {
  return byte === 0x20 || byte === 0;
}

function binaryNumber(block: Buffer, start: number, length: number): number {
  if ((block[start]! & 0x40) !== 0) throw badNumber(); // Less than nothing.
  let value = block[start]! & 0x3f;
  for (let at = start + 1; at < start + length; at++) value = value * 256 + block[at]!;
  if (!Number.isSafeInteger(value)) throw badNumber();
  return value;
}

function badNumber(): LayerRefused {
  return new LayerRefused(
    "damaged",
    "The layer's archive has a header with a number that is none.",
  );
}
