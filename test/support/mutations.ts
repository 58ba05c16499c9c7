/** Changes of real samples, each the same for the same seed. */

/** Numbers that only look like chance. Source: Tommy Ettinger's mulberry32, in the public domain. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, below `bound`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  of<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }
}

const numbers = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const words = [
  ...["\0", "\n", "\n\n", "\r\n", ":", "=", '"', "'", "{", "[", "}", "/", "../", "\\", " ", "\t"],
  ...[
    "\xff\xfe",
    "\xed\xa0\x80",
    "\xef\xbb\xbf",
    "__proto__",
    "constructor",
    "null",
    "-1",
    "1e999",
  ],
  ...["9".repeat(400), "A".repeat(5_000), "PK\x03\x04", "PK\x05\x06", "\x7fELF", "RpmP", "BlbS"],
  ...["Package: x\nVersion: 1\n\n", "P:x\nV:1\n\n", "\x1b[2J", "%00", "\u202e"],
];

/** Bytes of a sample with some of them changed: the way a format is broken by who knows it. */
export function mutated(chance: Chance, sample: Uint8Array): Buffer {
  let bytes: Buffer = Buffer.from(sample);
  for (let count = 1 + chance.below(4); count > 0; count--) bytes = changed(chance, bytes);
  return bytes;
}

function changed(chance: Chance, bytes: Buffer): Buffer {
  const at = chance.below(bytes.length + 1);
  const length = 1 + chance.below(Math.max(1, Math.min(bytes.length - at, 200)));
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (chance.below(8)) {
    case 0: // A length, a count or an offset.
      return withNumber(chance, bytes, at);
    case 1:
      if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << chance.below(8));
      return bytes;
    case 2:
      return Buffer.from(before);
    case 3:
      return Buffer.concat([before, after.subarray(length)]);
    case 4: // The same again.
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 5:
      return Buffer.concat([before, Buffer.from(chance.of(words), "latin1"), after]);
    case 6:
      return withLine(chance, bytes);
    default: {
      const from = chance.below(bytes.length + 1);
      const moved = bytes.subarray(from, from + length);
      return Buffer.concat([before, moved, after.subarray(moved.length)]);
    }
  }
}

function withNumber(chance: Chance, bytes: Buffer, at: number): Buffer {
  const value = chance.below(2) === 0 ? chance.of(numbers) : bytes.length + chance.below(9) - 4;
  const width = chance.of([1, 2, 4]);
  if (at + width > bytes.length) return bytes;
  const fitting = (value >>> 0) % 2 ** (8 * width);
  if (chance.below(2) === 0) bytes.writeUIntLE(fitting, at, width);
  else bytes.writeUIntBE(fitting, at, width);
  return bytes;
}

/** A line is gone, or there again and again. */
function withLine(chance: Chance, bytes: Buffer): Buffer {
  const start = bytes.indexOf(10, chance.below(bytes.length + 1)) + 1;
  const end = bytes.indexOf(10, start) + 1;
  if (end <= start) return bytes;
  const line = bytes.subarray(start, end);
  const times = chance.of([0, 0, 2, 50]);
  const lines = Array.from({ length: times }, () => line);
  return Buffer.concat([bytes.subarray(0, start), ...lines, bytes.subarray(end)]);
}

const oddValues: readonly unknown[] = [
  ...[null, true, 0, -1, 1e21, "", " ", "\0", "\ud800", "__proto__", "../..", "1".repeat(9_000)],
  ...[
    [],
    {},
    [[]],
    [null],
    { a: 1 },
    "2026-99-99T99:99:99Z",
    "pkg:npm/%00@1",
    "pkg:deb/a/b@%",
    "0",
  ],
  ...["CVE-9999999999999999999-1", "1.0.0-".padEnd(3_000, "a."), "Debian:", ":::", "npm"],
];

/** A JSON value with some of its parts changed: others in their place, absent, twice, or far too deep. */
export function mutatedJson(chance: Chance, sample: unknown): unknown {
  let value = sample;
  for (let count = 1 + chance.below(3); count > 0; count--) {
    value = replaced(chance, value, chance.below(12));
  }
  return value;
}

function replaced(chance: Chance, value: unknown, depth: number): unknown {
  const isList = Array.isArray(value);
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (depth === 0 || keys.length === 0) return other(chance, value);
  const key = chance.of(keys);
  const below = (value as Record<string, unknown>)[key];
  if (isList && chance.below(6) === 0) return [...(value as unknown[]), below, below];
  if (!isList && chance.below(12) === 0) {
    return Object.fromEntries(Object.entries(value as object).filter(([each]) => each !== key));
  }
  const changedPart = replaced(chance, below, depth - 1);
  if (isList) return (value as unknown[]).with(Number(key), changedPart);
  return { ...(value as object), [key]: changedPart };
}

function other(chance: Chance, value: unknown): unknown {
  if (chance.below(10) === 0) {
    let deep = value;
    for (let level = chance.of([70, 3_000]); level > 0; level--) deep = [deep];
    return deep;
  }
  // Of a large part they would take longer to write than to read.
  const isSmall = typeof value !== "object" || value === null;
  if (chance.below(20) === 0 && isSmall) return Array.from({ length: 2_000 }, () => value);
  return chance.of(oddValues);
}
