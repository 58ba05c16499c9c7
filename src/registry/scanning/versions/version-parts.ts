/** Whether a character code is that of an ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Whether a character code is that of an ASCII letter. */
export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** Where the run of digits that begins at `start` ends. */
export function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** Where the run of letters that begins at `start` ends. */
export function endOfLetters(text: string, start: number): number {
  let end = start;
  while (end < text.length && isLetter(text.charCodeAt(end))) end++;
  return end;
}

/** Whether text is one or more digits. */
export function isNumber(text: string): boolean {
  return text !== "" && endOfDigits(text, 0) === text.length;
}

/**
 * A number of any size as it is compared: its digits without leading zeros, so "" for nought. Dates with
 * times and hashes are numbers too, and do not fit where arithmetic is exact.
 */
export type Digits = string;

/** Digits of `text` from `start` to `end`. */
export function digitsOf(text: string, start = 0, end = text.length): Digits {
  let first = start;
  while (first < end && text.charCodeAt(first) === 48) first++;
  return text.slice(first, end);
}

/** Compares numbers. */
export function compareDigits(a: Digits, b: Digits): number {
  return a.length === b.length ? compareText(a, b) : a.length - b.length;
}

/** Compares by code units: ASCII order, in which versions are written. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Compares item by item; what has fewer items goes on with `missing`. */
export function compareLists<Item>(
  a: readonly Item[],
  b: readonly Item[],
  missing: Item,
  compare: (a: Item, b: Item) => number,
): number {
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const result = compare(a[at] ?? missing, b[at] ?? missing);
    if (result !== 0) return result;
  }
  return 0;
}
