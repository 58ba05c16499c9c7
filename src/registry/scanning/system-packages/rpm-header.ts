import { FileRefused } from "../file-analyzer.ts";
import type { FoundPackage } from "../found-package.ts";
import type { OwnedPaths } from "./owned-paths.ts";
import { decodeText, note, word } from "./recorded-text.ts";

/** Source: rpm 4.18, rpmtag.h. */
const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  architecture: 1022,
  oldFileNames: 1027,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  moduleLabel: 5096,
} as const;
const wanted = new Set<number>(Object.values(tags));

/** Kinds of values. Source: rpm 4.18, rpmtag.h, `rpmTagType_e`. */
const int32 = 4;
const text = 6;
const textArray = 8;
const textInLanguages = 9;

const entryBytes = 16;
/** Source: rpm 4.18, header.c, `hdrchkTags`. */
const mostEntries = 0xffff;

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/**
 * The package that an RPM header tells of, as databases hold headers: without the magic bytes of files. Absent
 * for a key that packages are signed with. Its files go to `owned`.
 * @throws FileRefused if it is no header
 */
export function readRpmHeader(header: Uint8Array, owned: OwnedPaths): FoundPackage | undefined {
  const values = new HeaderValues(header);
  const name = word(values.text(tags.name), "a name");
  if (name === "gpg-pubkey") return undefined;
  addFiles(values, owned);
  const version = `${word(values.text(tags.version), "a version")}-${word(values.text(tags.release), "a release")}`;
  const epoch = values.numbers(tags.epoch)[0] ?? 0;
  const architecture = note(values.text(tags.architecture));
  const vendor = note(values.text(tags.vendor));
  const module = note(values.text(tags.moduleLabel));
  const license = note(values.text(tags.license));
  const source = sourceOf(values.text(tags.sourceRpm));
  return {
    type: "rpm",
    name,
    version: epoch === 0 ? version : `${epoch}:${version}`,
    ...(architecture !== undefined && { architecture }),
    ...(source !== undefined && { source }),
    ...(vendor !== undefined && { vendor }),
    ...(module !== undefined && { module }),
    ...(license !== undefined && { licenses: [license] }),
  };
}

/** `name-version-release.src.rpm`, or `.nosrc.rpm`: the name may have hyphens, the others have none. */
function sourceOf(file: string | undefined) {
  const ending = [".src.rpm", ".nosrc.rpm"].find((known) => file?.endsWith(known));
  if (file === undefined || ending === undefined) return undefined;
  const whole = file.slice(0, -ending.length);
  const release = whole.lastIndexOf("-");
  const version = whole.lastIndexOf("-", release - 1);
  if (release < 1 || version < 1) return undefined;
  return {
    name: word(whole.slice(0, version), "a source's name"),
    version: word(whole.slice(version + 1), "a source's version"),
  };
}

function addFiles(values: HeaderValues, owned: OwnedPaths): void {
  for (const path of values.texts(tags.oldFileNames)) owned.add(path);
  const folders = values.texts(tags.dirNames);
  const folderOf = values.numbers(tags.dirIndexes);
  for (const [index, name] of values.texts(tags.baseNames).entries()) {
    const folder = folders[folderOf[index] ?? -1];
    if (folder === undefined) throw new FileRefused("an RPM header with files of no directory");
    owned.add(folder + name);
  }
}

/** What a header holds, by its tags. Source: rpm 4.18, docs/manual/format_v4.md, "Header". */
class HeaderValues {
  readonly #data: Buffer;
  readonly #entries = new Map<number, Entry>();

  constructor(header: Uint8Array) {
    const bytes = Buffer.from(header.buffer, header.byteOffset, header.length);
    if (bytes.length < 8) throw new FileRefused("an RPM header that is cut off");
    const count = bytes.readUInt32BE(0);
    const dataStart = 8 + count * entryBytes;
    const dataEnd = dataStart + bytes.readUInt32BE(4);
    if (count > mostEntries || dataEnd > bytes.length) {
      throw new FileRefused("an RPM header that is longer than what holds it");
    }
    this.#data = bytes.subarray(dataStart, dataEnd);
    for (let at = 8; at < dataStart; at += entryBytes) {
      const tag = bytes.readUInt32BE(at);
      if (!wanted.has(tag)) continue;
      this.#entries.set(tag, {
        type: bytes.readUInt32BE(at + 4),
        offset: bytes.readUInt32BE(at + 8),
        count: bytes.readUInt32BE(at + 12),
      });
    }
  }

  text(tag: number): string | undefined {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return undefined;
    const value = this.#textsOf({ ...entry, count: Math.min(entry.count, 1) })[0];
    return value === "(none)" ? undefined : value;
  }

  texts(tag: number): readonly string[] {
    const entry = this.#entries.get(tag);
    return entry === undefined ? [] : this.#textsOf(entry);
  }

  numbers(tag: number): readonly number[] {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return [];
    const { type, offset, count } = entry;
    if (type !== int32 || offset + count * 4 > this.#data.length) throw outOfPlace();
    return Array.from({ length: count }, (_, index) => this.#data.readUInt32BE(offset + index * 4));
  }

  #textsOf({ type, offset, count }: Entry): readonly string[] {
    if (type !== text && type !== textArray && type !== textInLanguages) throw outOfPlace();
    const found: string[] = [];
    for (let at = offset; found.length < count; ) {
      const end = at < this.#data.length ? this.#data.indexOf(0, at) : -1;
      if (end === -1) throw outOfPlace();
      found.push(decodeText(this.#data.subarray(at, end)));
      at = end + 1;
    }
    return found;
  }
}

function outOfPlace(): FileRefused {
  return new FileRefused("an RPM header with values that are not where it says");
}
