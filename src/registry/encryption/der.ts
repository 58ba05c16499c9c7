/** The few forms of DER (ITU-T X.690) that an X.509 certificate needs, written and never read. */

function tagged(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.of(0x80 | bytes.length, ...bytes);
}

export const sequence = (...members: readonly Uint8Array[]) => tagged(0x30, ...members);
export const set = (...members: readonly Uint8Array[]) => tagged(0x31, ...members);
export const octets = (content: Uint8Array) => tagged(0x04, content);
export const boolean = (value: boolean) => tagged(0x01, Buffer.of(value ? 0xff : 0));
export const utf8 = (text: string) => tagged(0x0c, Buffer.from(text));
/** Letters of ASCII, as the code of a country is written. */
export const printable = (text: string) => tagged(0x13, Buffer.from(text, "ascii"));
export const bits = (content: Uint8Array, unusedBits = 0) =>
  tagged(0x03, Buffer.of(unusedBits), content);
/** `[number]`, around what it holds. */
export const explicit = (number: number, content: Uint8Array) => tagged(0xa0 | number, content);
/** `[number]`, instead of the tag of a primitive. */
export const implicit = (number: number, content: Uint8Array) => tagged(0x80 | number, content);

/** A whole number that is not negative, from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const magnitude = first === -1 ? Uint8Array.of(0) : bytes.subarray(first);
  const sign = (magnitude[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array();
  return tagged(0x02, sign, magnitude);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left % 128) | 0x80);
    }
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** UTCTime up to 2049 and GeneralizedTime from then on (RFC 5280, section 4.1.2.5). */
export function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  const isShort = digits.startsWith("20") && digits < "2050";
  return isShort ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}
