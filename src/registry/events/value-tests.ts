import { isInRange, parseIpAddress, parseIpRange } from "../policy/ip-range.ts";
import { patternOf } from "../policy/text-pattern.ts";
import { anyText, type TemplatePart } from "../policy/text-template.ts";
import type { JsonValue } from "../strict-json.ts";
import { patternRefusal } from "./pattern-refusal.ts";

/** Whether one value of an event, neither object nor list, is what a pattern wants. */
export type ValueTest = (value: unknown) => boolean;

type TestReader = (wanted: JsonValue) => ValueTest;

/** What may stand in `{"<name>": ...}`, but for "exists", which no value alone can answer. */
const readers = new Map<string, TestReader>([
  ["prefix", (wanted) => readText("prefix", wanted, startsWith)],
  ["suffix", (wanted) => readText("suffix", wanted, endsWith)],
  ["equals-ignore-case", (wanted) => equalsIgnoreCase(textOf("equals-ignore-case", wanted))],
  ["wildcard", (wanted) => wildcard(textOf("wildcard", wanted))],
  ["numeric", readNumeric],
  ["cidr", readCidr],
  ["anything-but", readAnythingBut],
]);

/** Names that stand for a test, so that no alternative of an "$or" may have fields called so. */
export const testNames: ReadonlySet<string> = new Set([...readers.keys(), "exists"]);

/** @throws InvalidEventPattern */
export function readValueTest(name: string, wanted: JsonValue): ValueTest {
  const reader = readers.get(name);
  if (reader === undefined) throw patternRefusal(`Unrecognized match type ${name}`);
  return reader(wanted);
}

function textOf(name: string, wanted: JsonValue | undefined): string {
  if (typeof wanted === "string") return wanted;
  throw patternRefusal(`${name} match pattern must be a string`);
}

const startsWith = (text: string, wanted: string) => text.startsWith(wanted);
const endsWith = (text: string, wanted: string) => text.endsWith(wanted);

/** A text, or `{"equals-ignore-case": text}`. */
function readText(
  name: string,
  wanted: JsonValue,
  holds: (text: string, wanted: string) => boolean,
): ValueTest {
  if (!(wanted instanceof Map)) {
    const text = textOf(name, wanted);
    return (value) => typeof value === "string" && holds(value, text);
  }
  if (wanted.size !== 1 || !wanted.has("equals-ignore-case")) {
    throw patternRefusal(`Unsupported ${name} match pattern`);
  }
  const folded = textOf("equals-ignore-case", wanted.get("equals-ignore-case")).toLowerCase();
  return (value) => typeof value === "string" && holds(value.toLowerCase(), folded);
}

function equalsIgnoreCase(wanted: string): ValueTest {
  const folded = wanted.toLowerCase();
  return (value) => typeof value === "string" && value.toLowerCase() === folded;
}

/** "*" stands for any characters, also none; "\*" and "\\" for themselves. */
function wildcard(wanted: string): ValueTest {
  const parts: TemplatePart[] = [];
  let text = "";
  for (let at = 0; at < wanted.length; at++) {
    const character = wanted[at]!;
    if (character === "\\") {
      const escaped = wanted[++at];
      if (escaped !== "*" && escaped !== "\\") {
        throw patternRefusal(`Invalid escape character at pos ${at - 1}`);
      }
      text += escaped;
    } else if (character !== "*") {
      text += character;
    } else {
      if (wanted[at + 1] === "*") {
        throw patternRefusal(`Consecutive wildcard characters at pos ${at}`);
      }
      if (text !== "") parts.push(text);
      text = "";
      parts.push(anyText);
    }
  }
  if (text !== "") parts.push(text);
  const { matches } = patternOf(parts);
  return (value) => typeof value === "string" && matches(value, noValues);
}

const noValues = new Map<string, string>();

function readCidr(wanted: JsonValue): ValueTest {
  const text = textOf("cidr", wanted);
  if (text.split("/", 3).length !== 2) throw patternRefusal("Malformed CIDR, one '/' required");
  const range = parseIpRange(text);
  if (range === undefined) throw patternRefusal("Malformed CIDR");
  return (value) => {
    const address = typeof value === "string" ? parseIpAddress(value) : undefined;
    return address !== undefined && isInRange(address, range);
  };
}

type Comparison = (value: number, bound: number) => boolean;
const comparisons = new Map<string, Comparison>([
  ["=", (value, bound) => value === bound],
  ["<", (value, bound) => value < bound],
  ["<=", (value, bound) => value <= bound],
  [">", (value, bound) => value > bound],
  [">=", (value, bound) => value >= bound],
]);
const largest = 5e9;

/** `["=", n]`, one comparison, or a range: a lower bound and then an upper one. */
function readNumeric(wanted: JsonValue): ValueTest {
  if (!Array.isArray(wanted)) throw patternRefusal("Value of numeric must be an array.");
  const [first, low, second, high] = wanted;
  if (wanted.length !== 2 && wanted.length !== 4) {
    throw patternRefusal("Too many elements in numeric expression");
  }
  const atLeast = comparison(first, low);
  if (wanted.length === 2) return (value) => typeof value === "number" && atLeast(value);
  const atMost = comparison(second, high);
  const isRange = String(first).startsWith(">") && String(second).startsWith("<");
  if (!isRange) throw patternRefusal("Bad numeric range operator");
  if (Number(low) >= Number(high)) throw patternRefusal("Bottom must be less than top");
  return (value) => typeof value === "number" && atLeast(value) && atMost(value);
}

function comparison(operator: unknown, bound: unknown): (value: number) => boolean {
  if (typeof operator !== "string") throw patternRefusal("Invalid member in numeric match");
  const compare = comparisons.get(operator);
  if (compare === undefined) {
    throw patternRefusal(`Unrecognized numeric range operator: ${operator}`);
  }
  if (typeof bound !== "number") throw patternRefusal(`Value of ${operator} must be numeric`);
  if (Math.abs(bound) > largest) {
    throw patternRefusal("Value must be between -5.0E9 and 5.0E9, inclusive");
  }
  return (value) => compare(value, bound);
}

/** Tests whose opposite can be asked for; of a list, none may hold. */
const negatable = new Set(["prefix", "suffix", "equals-ignore-case", "wildcard"]);

function readAnythingBut(wanted: JsonValue): ValueTest {
  if (wanted instanceof Map) {
    const [entry] = wanted;
    if (wanted.size !== 1 || entry === undefined || !negatable.has(entry[0])) {
      throw patternRefusal("Unsupported anything-but pattern");
    }
    const [name, values] = entry;
    const tests = listOf(values).map((value) => readValueTest(name, textOf(name, value)));
    return (value) => !tests.some((holds) => holds(value));
  }
  const unwanted = listOf(wanted);
  const kind = typeof unwanted[0];
  for (const each of unwanted) {
    if (typeof each !== "string" && typeof each !== "number") {
      throw patternRefusal(
        Array.isArray(wanted)
          ? "Inside anything but list, start|null|boolean is not supported."
          : "Value of anything-but must be an array or single string/number value.",
      );
    }
    if (typeof each !== kind) {
      throw patternRefusal(
        "Inside anything but list, either all values are number or string, mixed type is not supported",
      );
    }
  }
  const values = new Set<unknown>(unwanted);
  return (value) => !values.has(value);
}

function listOf(wanted: JsonValue): readonly JsonValue[] {
  if (!Array.isArray(wanted)) return [wanted];
  if (wanted.length === 0) throw patternRefusal("Empty arrays are not allowed");
  return wanted;
}
