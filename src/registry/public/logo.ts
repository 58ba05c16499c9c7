import { invalidParameter } from "../errors.ts";
import { publicLimits } from "./public-limits.ts";

export interface Logo {
  readonly mediaType: "image/png" | "image/jpeg";
  readonly bytes: Uint8Array;
}

interface Sides {
  readonly width: number;
  readonly height: number;
}

/**
 * A logo, whose kind and size its own header says: a name or a declared type counts for nothing. PNG as in
 * ECR, and JPEG as well. Nothing else is an image here: an SVG is a document that may carry scripts.
 * @throws InvalidParameter for anything else, and for sides that ECR does not take
 */
export function readLogo(bytes: Uint8Array): Logo {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length > publicLimits.logoBytes) {
    throw refusal(`Member must have length less than or equal to ${publicLimits.logoBytes}`);
  }
  const png = pngSides(view);
  const sides = png ?? jpegSides(view);
  if (sides === undefined) throw refusal("the logo must be a PNG or JPEG image");
  for (const side of [sides.width, sides.height]) {
    if (side >= publicLimits.logoSideMinimum && side <= publicLimits.logoSideMaximum) continue;
    throw refusal(
      `the logo must be ${publicLimits.logoSideMinimum} to ${publicLimits.logoSideMaximum} pixels wide and high`,
    );
  }
  return { mediaType: png === undefined ? "image/jpeg" : "image/png", bytes };
}

function refusal(constraint: string) {
  return invalidParameter("catalogData.logoImageBlob", constraint);
}

const pngSignature = Buffer.from("89504e470d0a1a0a", "hex");
const pngEnd = Buffer.from("0000000049454e44ae426082", "hex");

/** The header chunk comes first, and has 13 bytes; the last one ends the file. Source: PNG, 5.2 and 11.2.2. */
function pngSides(bytes: Buffer): Sides | undefined {
  const headEnd = 33;
  if (bytes.length < headEnd + pngEnd.length) return undefined;
  if (!bytes.subarray(0, 8).equals(pngSignature)) return undefined;
  if (bytes.readUInt32BE(8) !== 13 || bytes.toString("latin1", 12, 16) !== "IHDR") return undefined;
  if (!bytes.subarray(-pngEnd.length).equals(pngEnd)) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Segments up to the frame header, each with its length; the image ends with EOI. Source: ITU T.81, B.1. */
function jpegSides(bytes: Buffer): Sides | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  if (bytes.readUInt16BE(bytes.length - 2) !== 0xffd9) return undefined;
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // Fill bytes may stand before a marker.
      continue;
    }
    if (isFrame(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2 || marker === 0xda) return undefined; // A scan without a frame before it.
    at += 2 + length;
  }
  return undefined;
}

/** SOF0 to SOF15, without the three that are tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
