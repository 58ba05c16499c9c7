import { JsonError, type JsonObject, type JsonValue, parseStrictJson } from "../strict-json.ts";
import type { EventEnvelope } from "./event.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { patternRefusal } from "./pattern-refusal.ts";
import { readValueTest, testNames, type ValueTest } from "./value-tests.ts";

/** What a rule wants of events. */
export interface EventPattern {
  /** In time linear in the event for any pattern; never throws. */
  matches(envelope: EventEnvelope): boolean;
}

/** All fields, and one alternative of each "$or". */
interface ObjectPattern {
  readonly fields: readonly (readonly [name: string, FieldPattern])[];
  readonly choices: readonly (readonly ObjectPattern[])[];
}

/** What one value, or the absence of all, must be; one of many will do. */
interface ValuePattern {
  readonly values: ReadonlySet<unknown>;
  readonly tests: readonly ValueTest[];
  readonly path: readonly string[];
  /** Whether it holds where the event has no value at `path`. */
  readonly orAbsent: boolean;
}

type FieldPattern = ObjectPattern | ValuePattern;

/**
 * Reads an event pattern: the whole language of EventBridge. Numbers are compared by value, so that
 * 300 and 3.0e2 are the same. An object in a list matches as a whole: its fields are not mixed with
 * those of its neighbours.
 * @throws RegistryError InvalidEventPattern. Source: EventBridge, "Event patterns" and "Comparison
 * operators"
 */
export function compileEventPattern(text: string): EventPattern {
  const pattern = readObject(parse(text), []);
  if (combinations(pattern) > eventRuleLimits.patternCombinations) {
    throw patternRefusal(
      `Rule combinations exceed the limit of ${eventRuleLimits.patternCombinations}`,
    );
  }
  return { matches: (envelope) => matchesObject(pattern, envelope, absenceIn(envelope)) };
}

function parse(text: string): JsonObject {
  if (text.length > eventRuleLimits.patternCharacters) {
    throw patternRefusal(
      `The pattern is longer than ${eventRuleLimits.patternCharacters} characters`,
    );
  }
  let parsed: JsonValue;
  try {
    parsed = parseStrictJson(text, eventRuleLimits.patternDepth, new Set());
  } catch (error) {
    if (error instanceof JsonError) throw patternRefusal(error.message);
    throw error;
  }
  if (!(parsed instanceof Map)) throw patternRefusal("Filter is not an object");
  return parsed;
}

function readObject(object: JsonObject, path: readonly string[]): ObjectPattern {
  if (object.size === 0) throw patternRefusal("Empty objects are not allowed");
  const fields: [string, FieldPattern][] = [];
  const choices: ObjectPattern[][] = [];
  for (const [name, value] of object) {
    if (name === "$or" && isChoice(value)) {
      choices.push(value.map((each) => readObject(each, path)));
    } else {
      fields.push([name, readField(name, value, [...path, name])]);
    }
  }
  return { fields, choices };
}

/** Any other "$or" is a field of that name: patterns are older than the operator. */
function isChoice(value: JsonValue): value is JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value.every(
      (each) => each instanceof Map && ![...each.keys()].some((key) => testNames.has(key)),
    )
  );
}

function readField(name: string, value: JsonValue, path: readonly string[]): FieldPattern {
  if (value instanceof Map) return readObject(value, path);
  if (!Array.isArray(value)) throw patternRefusal(`"${name}" must be an object or an array`);
  if (value.length === 0) throw patternRefusal("Empty arrays are not allowed");
  const values = new Set<unknown>();
  const tests: ValueTest[] = [];
  let orAbsent = false;
  for (const each of value) {
    if (Array.isArray(each)) {
      throw patternRefusal("Match value must be String, number, true, false, or null");
    }
    if (!(each instanceof Map)) {
      values.add(each);
      continue;
    }
    const [test] = each;
    if (test === undefined) throw patternRefusal("Empty objects are not allowed");
    if (each.size > 1) throw patternRefusal("Only one key allowed in match expression");
    if (test[0] !== "exists") tests.push(readValueTest(...test));
    else if (readExists(test[1])) tests.push(() => true);
    else orAbsent = true;
  }
  return { values, tests, path, orAbsent };
}

function readExists(wanted: JsonValue): boolean {
  if (typeof wanted === "boolean") return wanted;
  throw patternRefusal("exists match pattern must be either true or false.");
}

function combinations(pattern: ObjectPattern): number {
  let ways = 1;
  for (const [, field] of pattern.fields) if ("fields" in field) ways *= combinations(field);
  for (const choice of pattern.choices) {
    ways *= choice.reduce((sum, each) => sum + combinations(each), 0);
  }
  return ways;
}

/** Whether the event has no value at the path of a leaf. */
type Absence = (leaf: ValuePattern) => boolean;

/** Asks each leaf's path once, in however many objects of a list the leaf is looked for. */
function absenceIn(event: EventEnvelope): Absence {
  const known = new Map<ValuePattern, boolean>();
  return (leaf) => {
    const isAbsent = known.get(leaf) ?? !hasValue(event, leaf.path);
    known.set(leaf, isAbsent);
    return isAbsent;
  };
}

function matchesObject(pattern: ObjectPattern, value: unknown, isAbsent: Absence): boolean {
  return (
    pattern.fields.every(([name, field]) => matchesField(field, memberOf(value, name), isAbsent)) &&
    pattern.choices.every((choice) => choice.some((each) => matchesObject(each, value, isAbsent)))
  );
}

function matchesField(field: FieldPattern, value: unknown, isAbsent: Absence): boolean {
  const elements = elementsOf(value);
  if ("fields" in field) {
    const objects = elements.filter(isObject);
    // Where there is none, all that is wanted of it may be that it is absent.
    const candidates = objects.length === 0 ? [undefined] : objects;
    return candidates.some((each) => matchesObject(field, each, isAbsent));
  }
  const { values, tests, orAbsent } = field;
  const fits = (each: unknown) => values.has(each) || tests.some((holds) => holds(each));
  if (elements.some((each) => !isObject(each) && fits(each))) return true;
  return orAbsent && isAbsent(field);
}

/** Whether there is a value, neither object nor empty list, at the path, in any element of lists. */
function hasValue(event: unknown, path: readonly string[]): boolean {
  let found: unknown[] = [event];
  for (const name of path) found = found.flatMap((each) => elementsOf(memberOf(each, name)));
  return found.some((each) => !isObject(each));
}

/** What a list holds, also in lists in it; else the value itself, if there is one. */
function elementsOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [value];
  const elements: unknown[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (!Array.isArray(next)) elements.push(next);
    else for (const each of next) open.push(each);
  }
  return elements;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Only what the event itself has: a pattern may name `__proto__` and `constructor`. */
function memberOf(value: unknown, name: string): unknown {
  if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
