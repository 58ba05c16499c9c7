import { base62, type CharacterSet, characterSet, endOfRun, isIn, sets } from "./character-sets.ts";
import { type FoundSecret, previewOf } from "./found-secret.ts";
import { entropyOf, isPlaceholder } from "./placeholders.ts";
import { type NamedSecret, namedSecret } from "./telling-names.ts";

const nameCharacters = characterSet(`${base62}_.-`);
const blanks = characterSet(" \t");
const optionNames = characterSet(`${base62}_-`);
/** What ends a value that has no quotes. */
const ends = characterSet(" \t\r\n\"'`;&|<>(),{}");
const wordCharacters = characterSet("abcdefghijklmnopqrstuvwxyz-_. ");
/** Enough to judge a value by: longer ones are no less random at their beginning. */
const judgedCharacters = 64;

/** Values whose names say that they are secret, and that look it: `NAME=value`, `"name": "value"`, `--name value`. */
export function namedValuesIn(text: string): FoundSecret[] {
  const found: FoundSecret[] = [];
  let floor = 0;
  for (let at = 0; at < text.length; at++) {
    const place = nameAt(text, at, floor);
    if (place === undefined) continue;
    floor = at + 1;
    const named = namedSecret(place.name);
    const value = named === undefined ? undefined : valueAt(text, place.valueStart);
    if (named === undefined || value === undefined || !looksSecret(value.text, named)) continue;
    const { name } = place;
    const { start } = value;
    const end = endOfValue(text, value);
    const kind = kindOf(name, value.text, named);
    found.push({ kind, start, end, preview: previewOf(value.text), isCertain: false, name });
    at = end - 1;
    floor = end;
  }
  return found;
}

function kindOf(name: string, value: string, named: NamedSecret): string {
  const isAws = /aws/i.test(name) && /secret/i.test(name) && value.length === 40;
  if (isAws) return "AWS secret access key";
  return named === "password" ? "password" : "secret value";
}

/** Whether a value that is named as a secret is one: what only stands for one is not, nor is plain prose. */
export function looksSecret(value: string, named: NamedSecret): boolean {
  const sample = value.slice(0, judgedCharacters);
  if (sample.length < (named === "password" ? 8 : 16)) return false;
  if (entropyOf(sample) < (named === "password" ? 2.5 : 3) || isPlaceholder(sample)) return false;
  if (named === "password") return sample.length >= 16 || hasTwoClasses(sample);
  // Words in lower case, such as `client_secret_basic`, are names of things.
  const isWords = endOfRun(wordCharacters, sample, 0) === sample.length;
  return !isWords && !/\s/.test(sample);
}

/** Letters of both cases, or something that is no letter beside some. */
function hasTwoClasses(text: string): boolean {
  const isAll = (set: CharacterSet) => endOfRun(set, text, 0) === text.length;
  return ![sets.lower, sets.upper, sets.digits].some(isAll);
}

/** The name that a sign at this place, such as `=`, gives a value; nothing before `floor` is looked at again. */
function nameAt(
  text: string,
  at: number,
  floor: number,
): { name: string; valueStart: number } | undefined {
  const sign = text[at];
  if (sign === "=" || sign === ":") {
    if (text[at + 1] === "=" || text[at + 1] === "/") return undefined;
    let nameEnd = at;
    while (nameEnd > floor && isIn(blanks, text, nameEnd - 1) && at - nameEnd < 8) nameEnd--;
    const isSpaced = sign === ":" || nameEnd < at;
    const quote = text[nameEnd - 1];
    if ((quote === '"' || quote === "'") && nameEnd > floor) nameEnd--;
    let start = nameEnd;
    // One character more than a name may have, so that longer ones are seen to be.
    while (start > floor && nameEnd - start < 129 && isIn(nameCharacters, text, start - 1)) start--;
    const name = text.slice(start, nameEnd);
    const valueStart = isSpaced ? endOfRun(blanks, text, at + 1, 8) : at + 1;
    return name === "" ? undefined : { name, valueStart };
  }
  // An option that has its value behind a blank.
  if (sign === "-" && text[at + 1] === "-" && (at === 0 || isIn(blanks, text, at - 1))) {
    const end = endOfRun(optionNames, text, at + 2, 129);
    const valueStart = endOfRun(blanks, text, end, 8);
    if (valueStart === end || text[valueStart] === "-") return undefined;
    return { name: text.slice(at + 2, end), valueStart };
  }
  return undefined;
}

interface Value {
  /** Enough of it to judge it by. */
  readonly text: string;
  readonly start: number;
  readonly isEnd: (at: number) => boolean;
}

/** The value as a whole, in quotes or without; unless it is an assignment itself. */
function valueAt(text: string, from: number): Value | undefined {
  const quote = text[from];
  const isQuoted = quote === '"' || quote === "'";
  const start = isQuoted ? from + 1 : from;
  const isEnd = (at: number) => (isQuoted ? text[at] === quote : isIn(ends, text, at));
  let end = start;
  while (end < text.length && end - start < judgedCharacters && !isEnd(end)) end++;
  const judged = text.slice(start, end);
  const [before = "", ...more] = isQuoted ? [judged] : judged.split("=");
  if (more.length > 0 && namedSecret(before) !== undefined) return undefined;
  return { text: judged, start, isEnd };
}

/** Where a value ends, however long it is. */
function endOfValue(text: string, { start, isEnd }: Value): number {
  let end = start;
  while (end < text.length && !isEnd(end) && text[end] !== "\n") end++;
  return end;
}
