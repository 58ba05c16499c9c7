import { LayerRefused } from "./layer-refused.ts";
import { type PaxRecords, readPaxRecords } from "./pax-records.ts";
import { blockBytes, isZeroBlock, readTarHeader, type TarHeader } from "./tar-header.ts";

export type TarKind = "file" | "directory" | "symlink" | "hardlink" | "device" | "other";

export interface TarEntry {
  readonly path: string;
  readonly kind: TarKind;
  /** Of the content that follows. */
  readonly sizeBytes: number;
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  readonly target: string;
  /** The content is only parts of the file's, after a list of their places. */
  readonly isSparse: boolean;
}

/** Takes an entry's content. Pieces are only good until the call returns. */
export interface TarContent {
  push(piece: Uint8Array): void;
  end(): void;
}

/** Longest name or set of records that comes as an entry's content. As in Go's archive/tar. */
const specialBytes = 1024 * 1024;
/** Headers that can come before an entry; programs write three at most. */
const mostHeadersBefore = 16;

/** What headers before an entry say of it. */
interface Before {
  pax: PaxRecords;
  name?: Uint8Array;
  linkName?: Uint8Array;
  count: number;
}

/**
 * Reads a tar archive that comes in pieces, in as much memory as its longest header takes. Content that
 * nobody wants is passed over. What follows the archive's end is not looked at, as container engines do not.
 */
export class TarReader {
  readonly #onEntry: (entry: TarEntry) => TarContent | undefined;
  #state: "header" | "special" | "content" | "padding" | "sparse" | "end" = "header";
  readonly #block = Buffer.alloc(blockBytes);
  #blockFilled = 0;
  #hasZeroBlock = false;
  /** Bytes of the state that are still to come. */
  #left = 0;
  #paddingBytes = 0;
  #special: Buffer = Buffer.alloc(0);
  #specialType = "";
  #before: Before = { pax: {}, count: 0 };
  #content: TarContent | undefined;
  #sparse: TarHeader | undefined;

  /** @param onEntry called with each entry; what it returns gets the content, if the entry has any */
  constructor(onEntry: (entry: TarEntry) => TarContent | undefined) {
    this.#onEntry = onEntry;
  }

  /** @throws LayerRefused where it is no archive */
  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && this.#state !== "end") at += this.#take(piece, at);
  }

  /** @throws LayerRefused if the archive breaks off */
  end(): void {
    const isBetweenEntries = this.#state === "header" && this.#blockFilled === 0;
    // As Go's: two blocks of zeros, or the padding of the last entry, may be missing.
    if (!isBetweenEntries && this.#state !== "end" && this.#state !== "padding") {
      throw new LayerRefused("damaged", "The layer's archive breaks off.");
    }
  }

  /** Says how many bytes it took; at least one. */
  #take(piece: Uint8Array, at: number): number {
    if (this.#state === "header" || this.#state === "sparse") return this.#takeBlock(piece, at);
    const count = Math.min(this.#left, piece.length - at);
    const part = piece.subarray(at, at + count);
    if (this.#state === "content") this.#content?.push(part);
    else if (this.#state === "special" && this.#specialType !== "g") {
      this.#special.set(part, this.#special.length - this.#left);
    }
    this.#left -= count;
    if (this.#left === 0) this.#endOfPart();
    return count;
  }

  #endOfPart(): void {
    if (this.#state === "content") this.#endContent();
    else if (this.#state === "special") this.#endSpecial();
    if (this.#state !== "padding" && this.#paddingBytes > 0) {
      this.#state = "padding";
      this.#left = this.#paddingBytes;
      this.#paddingBytes = 0;
    } else this.#state = "header";
  }

  #takeBlock(piece: Uint8Array, at: number): number {
    const count = Math.min(blockBytes - this.#blockFilled, piece.length - at);
    this.#block.set(piece.subarray(at, at + count), this.#blockFilled);
    this.#blockFilled += count;
    if (this.#blockFilled === blockBytes) {
      this.#blockFilled = 0;
      if (this.#state === "sparse") this.#takeSparse();
      else this.#takeHeader();
    }
    return count;
  }

  #takeHeader(): void {
    if (isZeroBlock(this.#block)) {
      if (this.#hasZeroBlock) this.#state = "end";
      this.#hasZeroBlock = true;
      return;
    }
    if (this.#hasZeroBlock) {
      throw new LayerRefused("damaged", "The layer's archive goes on after its end.");
    }
    const header = readTarHeader(this.#block);
    if ("xgLK".includes(header.type)) this.#beginSpecial(header);
    else if (header.hasSparseBlocks) {
      this.#sparse = header;
      this.#state = "sparse";
    } else this.#beginEntry(header);
  }

  #takeSparse(): void {
    const goesOn = this.#block[504] !== 0;
    if (!goesOn) this.#beginEntry(this.#sparse!);
  }

  #beginSpecial(header: TarHeader): void {
    if (header.sizeBytes > specialBytes || ++this.#before.count > mostHeadersBefore) {
      throw new LayerRefused("damaged", "The layer's archive has headers that do not end.");
    }
    this.#specialType = header.type;
    // What holds for all entries is not heeded by engines.
    this.#special = Buffer.alloc(header.type === "g" ? 0 : header.sizeBytes);
    this.#state = "special";
    this.#expect(header.sizeBytes);
  }

  #endSpecial(): void {
    const type = this.#specialType;
    if (type === "x") this.#before.pax = readPaxRecords(this.#special);
    // As Go's: it is an entry of its own, and ends what was said before.
    else if (type === "g") this.#before = { pax: {}, count: this.#before.count };
    else {
      const end = this.#special.indexOf(0);
      const text = end === -1 ? this.#special : this.#special.subarray(0, end);
      if (type === "L") this.#before.name = text;
      else this.#before.linkName = text;
    }
    this.#special = Buffer.alloc(0);
  }

  #beginEntry(header: TarHeader): void {
    const { pax, name, linkName } = this.#before;
    this.#before = { pax: {}, count: 0 };
    const path = decodeName(orElse(name, pax.path) ?? header.name);
    const kind = kindOf(header.type, path);
    const hasContent = kind === "file" || kind === "other";
    const sizeBytes = hasContent ? (pax.sizeBytes ?? header.sizeBytes) : 0;
    this.#content = this.#onEntry({
      path,
      kind,
      sizeBytes,
      mode: header.mode & 0o7777,
      userId: pax.userId ?? header.userId,
      groupId: pax.groupId ?? header.groupId,
      target: decodeName(orElse(linkName, pax.linkPath) ?? header.linkName),
      isSparse: pax.isSparse === true || header.type === "S",
    });
    this.#state = "content";
    this.#expect(sizeBytes);
  }

  #expect(sizeBytes: number): void {
    this.#left = sizeBytes;
    this.#paddingBytes = (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
    if (sizeBytes === 0) this.#endOfPart();
  }

  #endContent(): void {
    const content = this.#content;
    this.#content = undefined;
    content?.end();
  }
}

/** Of GNU's and POSIX's word for the same, the first; empty ones say nothing. */
function orElse(first: Uint8Array | undefined, second: Uint8Array | undefined) {
  return first !== undefined && first.length > 0 ? first : second;
}

function kindOf(type: string, path: string): TarKind {
  switch (type) {
    case "\0":
      return path.endsWith("/") ? "directory" : "file"; // From before there were types.
    case "0":
    case "7":
    case "S":
      return "file";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "5":
      return "directory";
    case "3":
    case "4":
    case "6":
      return "device";
    default:
      return "other";
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Names are bytes. Those that are not UTF-8 are told as `\xff`, so that no two become the same. */
function decodeName(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return escaped(Buffer.from(bytes));
  }
}

/** Plain characters stay; of a name that is not UTF-8, no others can be told apart for sure. */
function escaped(bytes: Buffer): string {
  let text = "";
  for (const byte of bytes) {
    text += byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}
