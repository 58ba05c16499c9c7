/** Sets of ASCII characters, for scanners that look at each character once. */
export type CharacterSet = Uint8Array;

export function characterSet(members: string): CharacterSet {
  const set = new Uint8Array(128);
  for (const character of members) set[character.charCodeAt(0)] = 1;
  return set;
}

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";

export const base62 = digits + upper + lower;

export const sets = {
  letters: characterSet(lower + upper),
  lower: characterSet(lower),
  upper: characterSet(upper),
  digits: characterSet(digits),
  lowerHex: characterSet(`${digits}abcdef`),
  base32: characterSet(`${upper}234567`),
  base62: characterSet(base62),
  base64: characterSet(`${base62}+/=`),
  word: characterSet(`${base62}_`),
  urlSafe: characterSet(`${base62}_-`),
  urlSafeDotted: characterSet(`${base62}_-.`),
  upperAndDigits: characterSet(upper + digits),
} as const;

export function isIn(set: CharacterSet, text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 && set[code] === 1;
}

/** Where the run of such characters ends that begins at `from`, looking no further than `most` characters. */
export function endOfRun(
  set: CharacterSet,
  text: string,
  from: number,
  most = Number.POSITIVE_INFINITY,
): number {
  const stop = Math.min(text.length, from + most);
  let at = from;
  while (at < stop && isIn(set, text, at)) at++;
  return at;
}
