import { LayerRefused } from "./layer-refused.ts";

/** Source: RFC 8878, 3.1, for all numbers here. */
const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const frameStart = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Whether this is how content begins that zstd compressed. */
export function isZstd(start: Buffer): boolean {
  if (start.length < 4) return false;
  const magic = start.readUInt32LE(0);
  return magic === frameMagic || isSkippable(magic);
}

function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) >>> 0 === skippableMagic;
}

type Part =
  | "magic"
  | "descriptor"
  | "header"
  | "block"
  | "content"
  | "checksum"
  | "length"
  | "skipped";

/**
 * Cuts compressed content where frames end, without what decoders skip. Node's decoder drops what comes after a
 * frame in the same write, as if the content ended there, while layers can be of thousands of frames.
 */
export class ZstdFrames {
  readonly #windowBytes: number;
  #part: Part = "magic";
  /** Bytes of the part that are still to come. */
  #left = 4;
  /** The last bytes of a part that says something. */
  readonly #word = Buffer.alloc(16);
  #wordBytes = 0;
  #descriptor = 0;
  #isLastBlock = false;

  /** @param windowBytes the most that a frame may ask its decoder to remember */
  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
  }

  /** @throws LayerRefused where it is no frame, or one that takes too much memory */
  split(piece: Uint8Array): Uint8Array[] {
    const found: Uint8Array[] = [];
    let start = 0;
    for (let at = 0; at < piece.length; ) {
      const count = Math.min(this.#left, piece.length - at);
      if (this.#part !== "content" && this.#part !== "skipped") this.#keep(piece, at, count);
      this.#left -= count;
      at += count;
      if (this.#left > 0) break;
      const ended = this.#part;
      this.#endOfPart();
      if (ended === "magic" && this.#part === "descriptor") {
        const isHere = count === frameStart.length;
        if (!isHere) found.push(frameStart); // Some of it came in another piece.
        start = isHere ? at - count : at;
      } else if (this.#part === "magic" && ended !== "length" && ended !== "skipped") {
        found.push(piece.subarray(start, at));
      }
    }
    if (this.#isInFrame && start < piece.length) found.push(piece.subarray(start));
    return found;
  }

  /** @throws LayerRefused if a frame breaks off */
  end(): void {
    if (this.#part !== "magic" || this.#wordBytes > 0) {
      throw new LayerRefused("damaged", "The layer's compressed content breaks off.");
    }
  }

  get #isInFrame(): boolean {
    return this.#part !== "magic" && this.#part !== "length" && this.#part !== "skipped";
  }

  #keep(piece: Uint8Array, at: number, count: number): void {
    this.#word.set(piece.subarray(at, at + count), this.#wordBytes);
    this.#wordBytes += count;
  }

  #endOfPart(): void {
    this.#wordBytes = 0;
    const word = this.#word;
    if (this.#part === "magic") this.#beginFrame(word.readUInt32LE(0));
    else if (this.#part === "length") this.#begin("skipped", word.readUInt32LE(0));
    else if (this.#part === "descriptor") {
      this.#descriptor = word[0]!;
      this.#begin("header", headerBytes(this.#descriptor));
    } else if (this.#part === "header") {
      this.#checkWindow();
      this.#begin("block", 3);
    } else if (this.#part === "block") this.#beginBlock(word.readUIntLE(0, 3));
    else if (this.#part === "content" && !this.#isLastBlock) this.#begin("block", 3);
    else if (this.#part === "content") this.#endBlocks();
    else this.#begin("magic", 4);
  }

  #begin(part: Part, bytes: number): void {
    this.#part = part;
    this.#left = bytes;
    if (bytes === 0) this.#endOfPart();
  }

  #beginFrame(magic: number): void {
    if (magic === frameMagic) this.#begin("descriptor", 1);
    else if (isSkippable(magic)) this.#begin("length", 4);
    else throw new LayerRefused("damaged", "The layer's compressed content goes on after its end.");
  }

  #beginBlock(header: number): void {
    this.#isLastBlock = (header & 1) === 1;
    const type = (header >> 1) & 3;
    if (type === 3) throw new LayerRefused("damaged", "The layer's compressed content is damaged.");
    this.#begin("content", type === 1 ? 1 : header >> 3); // Of a repeated byte there is one.
  }

  #endBlocks(): void {
    const hasChecksum = (this.#descriptor & 4) !== 0;
    this.#begin(hasChecksum ? "checksum" : "magic", 4);
  }

  #checkWindow(): void {
    const windowBytes = windowOf(this.#descriptor, this.#word);
    if (windowBytes > this.#windowBytes) throw tooMuchMemory(this.#windowBytes);
  }
}

export function tooMuchMemory(windowBytes: number): LayerRefused {
  const sentence = `The layer takes more than ${windowBytes} bytes of memory to decompress.`;
  return new LayerRefused("too-much-memory", sentence);
}

const dictionaryBytes = [0, 1, 2, 4];
const sizeBytes = [0, 2, 4, 8];

/** Whether a frame's content is one piece of memory, with the size that its header says. */
function isSingle(descriptor: number): boolean {
  return (descriptor & 0x20) !== 0;
}

/** Of what follows a frame's descriptor: window, dictionary and size of the content, each if it is there. */
function headerBytes(descriptor: number): number {
  const size = sizeBytes[descriptor >> 6]!;
  return dictionaryBytes[descriptor & 3]! + (isSingle(descriptor) ? size || 1 : size + 1);
}

/** How much of the content a decoder has to remember. */
function windowOf(descriptor: number, header: Buffer): number {
  if (!isSingle(descriptor)) {
    const base = 2 ** (10 + (header[0]! >> 3));
    return base + (base / 8) * (header[0]! & 7);
  }
  const at = dictionaryBytes[descriptor & 3]!;
  const size = sizeBytes[descriptor >> 6]!;
  if (size === 8) return header.readUInt32LE(at) + header.readUInt32LE(at + 4) * 2 ** 32;
  return size === 4 ? header.readUInt32LE(at) : 65_536 + 256;
}
