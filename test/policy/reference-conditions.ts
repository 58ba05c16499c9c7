import { isIPv4, isIPv6 } from "node:net";
import { arnFits, textEquals, textFits } from "./reference-patterns.ts";

/** Condition keys in lower case, and their values. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/** Told of every condition that was looked at, with how it came out. */
export const observers: ((operator: string, held: boolean) => void)[] = [];

export function conditionHolds(
  operator: string,
  key: string,
  wanted: readonly string[],
  context: Context,
  variables: boolean,
): boolean {
  const held = judge(operator, context[key.toLowerCase()], wanted, context, variables);
  for (const observe of observers) observe(operator, held);
  return held;
}

function judge(
  operator: string,
  actual: string | readonly string[] | undefined,
  wanted: readonly string[],
  context: Context,
  variables: boolean,
): boolean {
  const [, set, name, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(
    operator,
  )!;
  const values = actual === undefined ? undefined : typeof actual === "string" ? [actual] : actual;
  if (name === "Null") {
    const isList = typeof actual !== "string";
    const isNull =
      values === undefined || (isList && (values.length === 0 || values.join() === ""));
    return wanted.some((value) => value.toLowerCase() === String(isNull));
  }
  // "If the policy key is not present, evaluate the condition element as true."
  if (values === undefined && ifExists !== undefined) return true;
  const { fits, negated } = families(name!, variables, context);
  const one = (value: string): boolean => {
    const matching = wanted.filter((item) => fits(value, item));
    return negated ? matching.length === 0 : matching.length > 0;
  };
  if (set !== undefined) {
    // "It also returns true if there are no keys in the request, or if the key values resolve to a
    // null data set, such as an empty string"; ForAnyValue: "returns false".
    const nothing =
      values === undefined || values.length === 0 || (values.length === 1 && values[0] === "");
    if (nothing) return set === "ForAllValues";
    return set === "ForAllValues" ? values.every(one) : values.some(one);
  }
  // "If the policy condition requires that the key is not matched […] and the right key is not
  // present, the condition is true."
  if (values === undefined) return negated;
  return negated ? values.every(one) : values.some(one);
}

interface Family {
  fits: (actual: string, wanted: string) => boolean;
  negated: boolean;
}

function families(name: string, variables: boolean, context: Context): Family {
  const negated = name.includes("Not");
  const positive = name.replace("Not", "");
  const order = /^(Numeric|Date)(.*)$/.exec(positive);
  if (order !== null) return { negated, fits: ordered(order[1]!, order[2]!) };
  const table: Record<string, Family["fits"]> = {
    StringEquals: (actual, wanted) => textEquals(wanted, actual, variables, context),
    StringEqualsIgnoreCase: (actual, wanted) =>
      textEquals(wanted, actual, variables, context, true),
    StringLike: (actual, wanted) => textFits(wanted, actual, variables, context),
    Bool: (actual, wanted) => textEquals(wanted, actual, variables, context, true),
    BinaryEquals: (actual, wanted) =>
      /^[\w+/]+=*$/.test(actual) &&
      Buffer.from(actual, "base64").equals(Buffer.from(wanted, "base64")),
    IpAddress: (actual, wanted) => addressIn(actual, wanted),
    ArnEquals: (actual, wanted) => arnFits(wanted, actual, variables, context),
    ArnLike: (actual, wanted) => arnFits(wanted, actual, variables, context),
  };
  return { negated, fits: table[positive]! };
}

function ordered(kind: string, comparison: string): Family["fits"] {
  const read =
    kind === "Date"
      ? milliseconds
      : (text: string) => (/\d/.test(text) ? Number(text) : Number.NaN);
  const table: Record<string, (a: number, b: number) => boolean> = {
    Equals: (a, b) => a === b,
    LessThan: (a, b) => a < b,
    LessThanEquals: (a, b) => a <= b,
    GreaterThan: (a, b) => a > b,
    GreaterThanEquals: (a, b) => a >= b,
  };
  // NaN compares with nothing, not even with itself.
  return (actual, wanted) => table[comparison]!(read(actual), read(wanted));
}

function milliseconds(text: string): number {
  if (/^\d{4}$/.test(text)) return Date.parse(`${text}-01-01T00:00:00Z`);
  if (/^-?\d+$/.test(text)) return Number(text) * 1000;
  return /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
}

/** An address as one number and the length of its family, by Node's own understanding of addresses. */
function number(address: string): { value: bigint; bits: number } | undefined {
  if (isIPv4(address)) {
    const value = address.split(".").reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
    return { value, bits: 32 };
  }
  if (!isIPv6(address)) return undefined;
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  let text = address;
  if (dotted !== null) {
    const [a, b, c, d] = dotted.slice(1).map(Number) as [number, number, number, number];
    const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
    text = address.slice(0, dotted.index) + groups;
  }
  const [head = "", tail] = text.split("::");
  const groups = (part: string) => part.split(":").filter((group) => group !== "");
  const before = groups(head);
  const after = groups(tail ?? "");
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
  const value = all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return { value, bits: 128 };
}

const mapped = 0xffff00000000n;

function addressIn(actual: string, range: string): boolean {
  const [base = "", length] = range.split("/");
  const address = number(actual);
  const start = number(base);
  if (address === undefined || start === undefined) return false;
  const isMapped = address.bits === 128 && address.value >> 32n === 0xffffn;
  const prefix = length === undefined ? start.bits : Number(length);
  // An IPv4-mapped address is the IPv4 address, on either side.
  const whole =
    start.bits === 32
      ? { base: start.value | mapped, prefix: prefix + 96 }
      : { base: start.value, prefix };
  const value = address.bits === 32 ? address.value | mapped : address.value;
  const isIpv4 = address.bits === 32 || isMapped;
  const rangeIsIpv4 = whole.base >> 32n === 0xffffn && whole.prefix >= 96;
  if (isIpv4 !== rangeIsIpv4) return false;
  const ignored = BigInt(128 - whole.prefix);
  return value >> ignored === whole.base >> ignored;
}
