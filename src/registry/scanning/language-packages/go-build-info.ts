import { FileRefused } from "../file-analyzer.ts";
import type { Verdict } from "./byte-search.ts";
import { fileOffsets } from "./executable-addresses.ts";
import { maxGoModulesBytes, maxVersionLength } from "./language-limits.ts";
import { decodedText } from "./recorded-text.ts";

/**
 * Where and how Go writes what it built from. Sources: Go's debug/buildinfo; cmd/link, `buildinfo`; the
 * frame around the modules is cmd/go's modload, `ModInfoData`.
 */
export interface GoBuild {
  /** `go1.22.3`, `devel go1.23-0123abc …`. */
  readonly goVersion: string;
  /** Lines of `path`, `mod`, `dep`, `=>`, `build`; empty if built without modules. */
  readonly modules: string;
}

/** The header's beginning. Written as bytes, so that this file's own text is none. */
export const goMark = Uint8Array.of(
  0xff,
  0x20,
  0x47,
  0x6f,
  0x20,
  0x62,
  0x75,
  0x69,
  0x6c,
  0x64,
  0x69,
  0x6e,
  0x66,
  0x3a,
);

const alignment = 16;
const headerBytes = 32;
const frameBytes = 16;
const maxVarintBytes = 10;
const inlineFlag = 2;
const bigEndianFlag = 1;

/**
 * Whether this is where Go's linker put a header. The mark is also in programs that look for it, but not
 * followed by strings that hold together.
 * @throws FileRefused if the list of modules is larger than can be
 */
export function judgeGoBuild(bytes: Uint8Array, offset: number, isEnd: boolean): Verdict<GoBuild> {
  if (offset % alignment !== 0) return "no";
  if (bytes.length < headerBytes + 1) return isEnd ? "no" : "more";
  if ((bytes[15]! & inlineFlag) === 0) return "no";
  const version = stringAt(bytes, headerBytes, maxVersionLength);
  if (version === "more") return isEnd ? "no" : "more";
  if (version === "no" || !isGoVersion(version.content)) return "no";
  const modules = stringAt(bytes, version.end, maxGoModulesBytes);
  if (modules === "no") throw new FileRefused("Go's list of modules is broken or too large");
  if (modules !== "more") {
    return { found: build(version.content, modules.content), bytes: modules.end };
  }
  if (isEnd) throw new FileRefused("Go's list of modules is cut");
  return "more";
}

/** Before Go 1.18: the header points to the strings. */
export function isOldHeader(bytes: Uint8Array, offset: number): boolean {
  const [pointerBytes, flags] = [bytes[14], bytes[15]];
  const isPointer = pointerBytes === 4 || pointerBytes === 8;
  return offset % alignment === 0 && isPointer && (flags === 0 || flags === bigEndianFlag);
}

/** What an old header at this place of a whole executable leads to, if to anything. */
export function oldGoBuild(file: Uint8Array, place: number): GoBuild | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const offsetOf = fileOffsets(file);
  const pointerBytes = file[place + 14]!;
  const isLittle = (file[place + 15]! & bigEndianFlag) === 0;
  const word = (at: number): bigint | undefined => {
    if (at + pointerBytes > file.length) return undefined;
    return pointerBytes === 8
      ? view.getBigUint64(at, isLittle)
      : BigInt(view.getUint32(at, isLittle));
  };
  /** Go's strings are a pointer and a length. */
  const stringBehind = (pointerAt: number, maxBytes: number): Uint8Array | undefined => {
    const at = offsetOf(word(pointerAt));
    if (at === undefined) return undefined;
    const length = Number(word(at + pointerBytes) ?? -1n);
    const start = offsetOf(word(at));
    if (length === 0) return new Uint8Array();
    if (start === undefined || length < 0 || length > maxBytes) return undefined;
    return start + length > file.length ? undefined : file.subarray(start, start + length);
  };
  const version = stringBehind(place + 16, maxVersionLength);
  const modules = stringBehind(place + 16 + pointerBytes, maxGoModulesBytes);
  if (version === undefined || !isGoVersion(version)) return undefined;
  if (modules === undefined) return undefined;
  return build(version, modules);
}

function build(version: Uint8Array, framed: Uint8Array): GoBuild {
  const hasModules =
    framed.length > 2 * frameBytes && framed[framed.length - frameBytes - 1] === 0x0a;
  return {
    goVersion: decodedText(version),
    modules: hasModules ? decodedText(framed.subarray(frameBytes, -frameBytes)) : "",
  };
}

/** `go1.22.3`, or `devel …`. */
function isGoVersion(text: Uint8Array): boolean {
  const start = String.fromCharCode(...text.subarray(0, 6));
  return start.startsWith("go") || start === "devel ";
}

interface StringAt {
  readonly content: Uint8Array;
  readonly end: number;
}

function stringAt(bytes: Uint8Array, at: number, maxBytes: number): StringAt | "no" | "more" {
  let length = 0;
  for (let read = 0; read < maxVarintBytes; read++) {
    const byte = bytes[at + read];
    if (byte === undefined) return "more";
    length += (byte & 0x7f) * 2 ** (7 * read);
    if (length > maxBytes) return "no";
    if ((byte & 0x80) !== 0) continue;
    const start = at + read + 1;
    const end = start + length;
    return end > bytes.length ? "more" : { content: bytes.subarray(start, end), end };
  }
  return "no";
}
