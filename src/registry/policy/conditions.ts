import { compileArnPattern, splitArn } from "./arn-pattern.ts";
import type { CompiledCondition } from "./compiled-policy.ts";
import {
  type ConditionOperator,
  type ConditionTest,
  parseOperator,
} from "./condition-operators.ts";
import type { ConditionValues } from "./condition-values.ts";
import { parseInstant } from "./instant.ts";
import { isInRange, parseIpAddress, parseIpRange } from "./ip-range.ts";
import type { ConditionElement } from "./policy-document.ts";
import { compilePattern } from "./text-pattern.ts";
import { expandTemplate, parseTemplate, variableKeys } from "./text-template.ts";

/** Whether one value of the request fits any value of the policy. */
type ValueTest = (value: string, context: ConditionValues) => boolean;

interface CompiledTest {
  readonly test: ValueTest;
  readonly variables: readonly string[];
}

/**
 * Compiles a condition whose operator is known. An absent key makes a condition false, a negated
 * one true, and is true with IfExists. ForAllValues is true of a key without values, ForAnyValue is
 * not. Several values of the policy are alternatives, and a negated operator asks that none fits.
 * Sources: IAM, "Condition operators" and "Multivalued context keys".
 */
export function compileCondition(
  element: ConditionElement,
  variablesKnown: boolean,
): CompiledCondition {
  const operator = parseOperator(element.operator);
  const key = element.key.toLowerCase();
  if (operator === undefined) return { element, key, variables: [], holds: () => false };
  if (operator.test === "Null") {
    return { element, key, variables: [], holds: nullCondition(key, element.values) };
  }
  const { test, variables } = compileTest(operator.test, element.values, variablesKnown);
  return { element, key, variables, holds: condition(key, operator, test) };
}

function condition(
  key: string,
  operator: ConditionOperator,
  test: ValueTest,
): (context: ConditionValues) => boolean {
  const { negated, ifExists, qualifier } = operator;
  if (qualifier === undefined) {
    return (context) => {
      const value = context.get(key);
      if (value === undefined) return negated || ifExists;
      return anyFits(value, test, context) !== negated;
    };
  }
  const all = qualifier === "ForAllValues";
  return (context) => {
    const value = context.get(key);
    if (value === undefined && ifExists) return true;
    if (value === undefined || isNullSet(value)) return all;
    if (typeof value === "string") return test(value, context) !== negated;
    for (const item of value) if ((test(item, context) !== negated) !== all) return !all;
    return all;
  };
}

function anyFits(
  value: string | readonly string[],
  test: ValueTest,
  context: ConditionValues,
): boolean {
  if (typeof value === "string") return test(value, context);
  for (const item of value) if (test(item, context)) return true;
  return false;
}

/** No values, "or the context key value resolves to a null dataset, such as an empty string". */
function isNullSet(value: string | readonly string[]): boolean {
  return value.length === 0 || (value.length === 1 && value[0] === "");
}

/** `true`: the key is absent or a list without values. `false`: it has a value. */
function nullCondition(
  key: string,
  wanted: readonly string[],
): (context: ConditionValues) => boolean {
  const lowered = wanted.map((value) => value.toLowerCase());
  const ifAbsent = lowered.includes("true");
  const ifPresent = lowered.includes("false");
  return (context) => {
    const value = context.get(key);
    const absent = value === undefined || (typeof value !== "string" && isNullSet(value));
    return absent ? ifAbsent : ifPresent;
  };
}

function compileTest(
  test: Exclude<ConditionTest, "Null">,
  values: readonly string[],
  variablesKnown: boolean,
): CompiledTest {
  switch (test) {
    case "StringEquals":
      return textTest(values, variablesKnown, (text) => text);
    case "StringEqualsIgnoreCase":
    case "Bool":
      return textTest(values, variablesKnown, (text) => text.toLowerCase());
    case "StringLike":
      return likeTest(values, variablesKnown);
    case "ArnLike":
      return arnTest(values, variablesKnown);
    case "BinaryEquals":
      return {
        test: comparing(values, bytesOf, (actual, wanted) => actual === wanted),
        variables: [],
      };
    case "IpAddress":
      return { test: addressTest(values), variables: [] };
    default:
      return { test: orderTest(test, values), variables: [] };
  }
}

function textTest(
  values: readonly string[],
  variablesKnown: boolean,
  fold: (text: string) => string,
): CompiledTest {
  const templates = values.map((value) =>
    parseTemplate(value, { variables: variablesKnown, wildcards: false }),
  );
  const variables = templates.flatMap(variableKeys);
  const open = templates.filter((parts) => parts.some((part) => typeof part === "object"));
  const closed = new Set<string>();
  for (const parts of templates) if (!open.includes(parts)) closed.add(fold(parts.join("")));
  if (open.length === 0) return { test: (value) => closed.has(fold(value)), variables };
  const test: ValueTest = (value, context) => {
    const folded = fold(value);
    if (closed.has(folded)) return true;
    for (const parts of open) {
      const text = expandTemplate(parts, context);
      if (text !== undefined && fold(text) === folded) return true;
    }
    return false;
  };
  return { test, variables };
}

function likeTest(values: readonly string[], variablesKnown: boolean): CompiledTest {
  const options = { variables: variablesKnown, wildcards: true };
  const patterns = values.map((value) => compilePattern(value, options));
  return {
    variables: patterns.flatMap(({ variables }) => variables),
    test: (value, context) => {
      for (const pattern of patterns) if (pattern.matches(value, context)) return true;
      return false;
    },
  };
}

function arnTest(values: readonly string[], variablesKnown: boolean): CompiledTest {
  const patterns = values.map((value) => compileArnPattern(value, variablesKnown));
  return {
    variables: patterns.flatMap(({ variables }) => variables),
    test: (value, context) => {
      const parts = splitArn(value);
      for (const pattern of patterns) if (pattern.matches(value, parts, context)) return true;
      return false;
    },
  };
}

function addressTest(values: readonly string[]): ValueTest {
  const ranges = values.map(parseIpRange).filter((range) => range !== undefined);
  return (value) => {
    const address = parseIpAddress(value);
    return address !== undefined && ranges.some((range) => isInRange(address, range));
  };
}

/** Compares what `read` makes of both sides; what it cannot read compares with nothing. */
function comparing<Value>(
  values: readonly string[],
  read: (text: string) => Value | undefined,
  compare: (actual: Value, wanted: Value) => boolean,
): ValueTest {
  const wanted = values.map(read).filter((value) => value !== undefined);
  return (value) => {
    const actual = read(value);
    return actual !== undefined && wanted.some((item) => compare(actual, item));
  };
}

type OrderTest = Exclude<
  ConditionTest,
  | "StringEquals"
  | "StringEqualsIgnoreCase"
  | "StringLike"
  | "Bool"
  | "BinaryEquals"
  | "IpAddress"
  | "ArnLike"
  | "Null"
>;

function orderTest(test: OrderTest, values: readonly string[]): ValueTest {
  const read = test.startsWith("Date") ? parseInstant : parseDecimal;
  switch (test) {
    case "NumericEquals":
    case "DateEquals":
      return comparing(values, read, (actual, wanted) => actual === wanted);
    case "NumericLessThan":
    case "DateLessThan":
      return comparing(values, read, (actual, wanted) => actual < wanted);
    case "NumericLessThanEquals":
    case "DateLessThanEquals":
      return comparing(values, read, (actual, wanted) => actual <= wanted);
    case "NumericGreaterThan":
    case "DateGreaterThan":
      return comparing(values, read, (actual, wanted) => actual > wanted);
    case "NumericGreaterThanEquals":
    case "DateGreaterThanEquals":
      return comparing(values, read, (actual, wanted) => actual >= wanted);
  }
}

const decimalShape = /^[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?$/;

/** A whole or decimal number, or `undefined`. */
export function parseDecimal(text: string): number | undefined {
  const trimmed = text.trim();
  return decimalShape.test(trimmed) ? Number(trimmed) : undefined;
}

const base64Shape = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes that base64 stands for, one character each. */
function bytesOf(text: string): string | undefined {
  if (!base64Shape.test(text) || text.replaceAll("=", "").length % 4 === 1) return undefined;
  return Buffer.from(text, "base64").toString("latin1");
}
