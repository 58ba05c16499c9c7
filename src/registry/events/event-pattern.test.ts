import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, inProportion } from "../../../test/support/growth.ts";
import { isRegistryError } from "../errors.ts";
import type { EventEnvelope } from "./event.ts";
import { compileEventPattern } from "./event-pattern.ts";

const envelope: EventEnvelope = {
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "EC2 Instance State-change Notification",
  source: "aws.ec2",
  account: "111122223333",
  time: "2017-12-22T18:43:48Z",
  region: "us-west-1",
  resources: ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
  detail: {},
};

function matches(pattern: unknown, detail: object = {}): boolean {
  const text = typeof pattern === "string" ? pattern : JSON.stringify(pattern);
  return compileEventPattern(text).matches({ ...envelope, detail: { ...detail } });
}

/** Whether a value of the event's detail is matched. */
function fits(wanted: unknown, value: unknown): boolean {
  return matches({ detail: { x: wanted } }, value === undefined ? {} : { x: value });
}

describe("event patterns of EventBridge's documentation", () => {
  it("match when each field has one of its values, and nothing else is asked", () => {
    expect(matches({ source: ["aws.ec2"] })).toBe(true);
    expect(matches({ source: ["aws.ec2", "aws.fargate"], region: ["us-west-1"] })).toBe(true);
    expect(matches({ source: ["aws.ec2"], region: ["eu-west-1"] })).toBe(false);
    expect(matches({ detail: { state: ["terminated"] } }, { state: "terminated" })).toBe(true);
    expect(matches({ detail: { state: ["terminated"] } }, { state: "running" })).toBe(false);
    expect(matches({ detail: { state: ["terminated"] } })).toBe(false);
  });

  it("compare texts, numbers, booleans and null with their like only", () => {
    expect(fits(["1"], 1)).toBe(false);
    expect(fits([1], 1)).toBe(true);
    expect(fits([3e2], 300)).toBe(true);
    expect(fits([null], null)).toBe(true);
    expect(fits([null], undefined)).toBe(false);
    expect(fits([""], "")).toBe(true);
    expect(fits([true], true)).toBe(true);
    expect(fits([true], "true")).toBe(false);
  });

  it("match a list when any element matches, also in lists of lists", () => {
    expect(fits(["b"], ["a", "b"])).toBe(true);
    expect(fits(["c"], ["a", "b"])).toBe(false);
    expect(fits(["b"], [["a"], [["b"]]])).toBe(true);
    expect(matches({ resources: [{ prefix: "arn:aws:ec2:" }] })).toBe(true);
    expect(fits(["b"], [])).toBe(false);
  });

  it("do not mix fields of neighbours in a list of objects", () => {
    const wanted = { detail: { x: { kind: ["cat"], age: [2] } } };
    const others = [
      { kind: "cat", age: 1 },
      { kind: "dog", age: 2 },
    ];
    expect(matches(wanted, { x: others })).toBe(false);
    expect(matches(wanted, { x: [...others, { kind: "cat", age: 2 }] })).toBe(true);
  });

  it("know prefix and suffix, with and without case", () => {
    expect(matches({ time: [{ prefix: "2017-12-22" }] })).toBe(true);
    expect(fits([{ prefix: "ab" }], "abc")).toBe(true);
    expect(fits([{ prefix: "ab" }], "cab")).toBe(false);
    expect(fits([{ prefix: "1" }], 12)).toBe(false);
    expect(fits([{ suffix: ".png" }], "a.png")).toBe(true);
    expect(fits([{ suffix: ".png" }], "a.PNG")).toBe(false);
    expect(fits([{ suffix: { "equals-ignore-case": ".png" } }], "a.PNG")).toBe(true);
    expect(fits([{ prefix: { "equals-ignore-case": "EventB" } }], "eventbridge")).toBe(true);
    expect(fits([{ "equals-ignore-case": "alice" }], "ALICE")).toBe(true);
    expect(fits([{ "equals-ignore-case": "alice" }], "alices")).toBe(false);
  });

  it("know anything-but of texts, numbers, lists, prefixes, suffixes, wildcards and cases", () => {
    const state = (wanted: unknown, value: unknown) => fits([{ "anything-but": wanted }], value);
    expect(state("initializing", "running")).toBe(true);
    expect(state("initializing", "initializing")).toBe(false);
    expect(state("initializing", undefined)).toBe(false);
    expect(state(123, 123)).toBe(false);
    expect(state(123, "123")).toBe(true);
    expect(state(["stopped", "overloaded"], "stopped")).toBe(false);
    expect(state([100, 200], 300)).toBe(true);
    expect(state({ prefix: "init" }, "initializing")).toBe(false);
    expect(state({ prefix: ["init", "run"] }, "running")).toBe(false);
    expect(state({ suffix: [".txt", ".rtf"] }, "a.doc")).toBe(true);
    expect(state({ suffix: ".txt" }, "a.txt")).toBe(false);
    expect(state({ "equals-ignore-case": ["A", "b"] }, "B")).toBe(false);
    expect(state({ wildcard: "*/lib/*" }, "usr/lib/x")).toBe(false);
    expect(state({ wildcard: ["*/lib/*", "bin*"] }, "opt/x")).toBe(true);
    expect(state("a", ["a", "b"])).toBe(true);
  });

  it("know numeric comparisons and ranges", () => {
    expect(fits([{ numeric: [">", 0, "<=", 5] }], 5)).toBe(true);
    expect(fits([{ numeric: [">", 0, "<=", 5] }], 0)).toBe(false);
    expect(fits([{ numeric: ["<", 10] }], 9.99)).toBe(true);
    expect(fits([{ numeric: ["=", 3.018e2] }], 301.8)).toBe(true);
    expect(fits([{ numeric: [">=", -1] }], "0")).toBe(false);
  });

  it("know addresses of IPv4 and IPv6", () => {
    expect(fits([{ cidr: "10.0.0.0/24" }], "10.0.0.255")).toBe(true);
    expect(fits([{ cidr: "10.0.0.0/24" }], "10.0.1.0")).toBe(false);
    expect(fits([{ cidr: "10.0.0.0/24" }], "here")).toBe(false);
    expect(fits([{ cidr: "2001:db8::/32" }], "2001:db8:1::")).toBe(true);
  });

  it("know exists, which asks for a value and not for an object", () => {
    expect(fits([{ exists: true }], null)).toBe(true);
    expect(fits([{ exists: true }], undefined)).toBe(false);
    expect(fits([{ exists: true }], { y: 1 })).toBe(false);
    expect(fits([{ exists: false }], undefined)).toBe(true);
    expect(fits([{ exists: false }], "a")).toBe(false);
    expect(fits([{ exists: false }], [])).toBe(true);
    const nested = { detail: { x: { y: [{ exists: false }] } } };
    expect(matches(nested)).toBe(true);
    expect(matches(nested, { x: [{ z: 1 }, { y: 1 }] })).toBe(false);
    expect(matches({ detail: { x: { y: [{ exists: false }], z: [1] } } })).toBe(false);
    expect(fits(["a", { exists: false }], undefined)).toBe(true);
  });

  it("know wildcards with escapes", () => {
    expect(fits([{ wildcard: "dir/*.png" }], "dir/a/b.png")).toBe(true);
    expect(fits([{ wildcard: "*a*b" }], "xaxb")).toBe(true);
    expect(fits([{ wildcard: "*a*b" }], "xaxbx")).toBe(false);
    expect(fits([{ wildcard: "a\\*b" }], "a*b")).toBe(true);
    expect(fits([{ wildcard: "a\\*b" }], "axb")).toBe(false);
    expect(fits([{ wildcard: "a\\\\*" }], "a\\b")).toBe(true);
    expect(fits([{ wildcard: "a?" }], "ab")).toBe(false);
  });

  it("know $or, also in one another, and as a plain field where it is no operator", () => {
    const wanted = {
      detail: {
        $or: [
          { "c-count": [{ numeric: [">", 0, "<=", 5] }] },
          { "d-count": [{ numeric: ["<", 10] }] },
          { $or: [{ x: [{ numeric: ["=", 3] }] }, { y: ["z"] }] },
        ],
        kind: ["k"],
      },
    };
    expect(matches(wanted, { kind: "k", "d-count": 9 })).toBe(true);
    expect(matches(wanted, { kind: "k", y: "z" })).toBe(true);
    expect(matches(wanted, { kind: "k", y: "y" })).toBe(false);
    expect(matches(wanted, { "d-count": 9 })).toBe(false);
    expect(matches({ detail: { $or: ["a"] } }, { $or: "a" })).toBe(true);
    expect(matches({ detail: { $or: [{ prefix: "a" }, { suffix: "b" }] } }, { $or: "b" })).toBe(
      true,
    );
  });
});

describe("event patterns", () => {
  it("look through an event once for what is to be absent, however long its lists are", () => {
    let reads = 0;
    const list = [...Array.from({ length: 50_000 }, () => ({})), { y: 1 }];
    const detail = {
      get x() {
        reads += 1;
        if (reads > 10) throw new Error("the event is looked through for each object of the list");
        return list;
      },
    };
    const pattern = compileEventPattern('{"detail":{"x":{"y":[{"exists":false}]}}}');
    expect(pattern.matches({ ...envelope, detail })).toBe(false);
    expect(reads).toBeLessThanOrEqual(2);
  });

  it.each([
    ["[]", "Filter is not an object"],
    ["{", "Invalid JSON syntax"],
    ["{}", "Empty objects are not allowed"],
    ['{"source":"aws.ecr"}', '"source" must be an object or an array'],
    ['{"source":[]}', "Empty arrays are not allowed"],
    ['{"source":[["a"]]}', "Match value must be String, number, true, false, or null"],
    ['{"source":["a"],"source":["b"]}', "the key 'source' is given twice"],
    ['{"source":[{"like":"a"}]}', "Unrecognized match type like"],
    ['{"source":[{"prefix":"a","suffix":"b"}]}', "Only one key allowed in match expression"],
    ['{"source":[{"prefix":1}]}', "prefix match pattern must be a string"],
    ['{"source":[{"prefix":{"suffix":"a"}}]}', "Unsupported prefix match pattern"],
    ['{"source":[{"exists":1}]}', "exists match pattern must be either true or false."],
    ['{"source":[{"wildcard":"a**b"}]}', "Consecutive wildcard characters at pos 1"],
    ['{"source":[{"wildcard":"a\\\\b"}]}', "Invalid escape character at pos 1"],
    ['{"source":[{"cidr":"10.0.0.1"}]}', "Malformed CIDR, one '/' required"],
    ['{"source":[{"cidr":"10.0.0.1/33"}]}', "Malformed CIDR"],
    ['{"source":[{"numeric":[">","1"]}]}', "Value of > must be numeric"],
    ['{"source":[{"numeric":["~",1]}]}', "Unrecognized numeric range operator: ~"],
    ['{"source":[{"numeric":[">",5,"<",5]}]}', "Bottom must be less than top"],
    ['{"source":[{"numeric":["<",5,">",1]}]}', "Bad numeric range operator"],
    ['{"source":[{"numeric":["=",6e9]}]}', "Value must be between -5.0E9 and 5.0E9, inclusive"],
    ['{"source":[{"anything-but":[]}]}', "Empty arrays are not allowed"],
    ['{"source":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}', "Unsupported anything-but pattern"],
  ])("refuse %s", (text, reason) => {
    const expected = `Event pattern is not valid. Reason: ${reason}`;
    expect(() => compileEventPattern(text)).toThrow(
      expect.objectContaining({ kind: "InvalidEventPattern", message: expected }),
    );
  });

  it("are refused when they are too long, too deep, or combine too much", () => {
    const refused = (text: string) => expect(() => compileEventPattern(text)).toThrow(/not valid/);
    refused(`{"source":["${"a".repeat(2_048)}"]}`);
    refused(`${'{"a":'.repeat(101)}[1]${"}".repeat(101)}`);
    const choice = `"$or":[${["a", "b", "c", "d"].map((key) => `{"${key}":[1]}`).join()}]`;
    const nested = (depth: number): string =>
      depth === 0 ? "[1]" : `{${choice},"x":${nested(depth - 1)}}`;
    expect(() => compileEventPattern(nested(4))).not.toThrow();
    refused(nested(5));
  });

  it("take names of the language's own for data", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const wanted = `{"detail":{"${name}":[{"exists":true}]}}`;
      expect(matches(wanted)).toBe(false);
      const detail = JSON.parse(`{"${name}":"a"}`) as Record<string, unknown>;
      expect(compileEventPattern(wanted).matches({ ...envelope, detail })).toBe(true);
    }
    expect(matches('{"__proto__":{"polluted":[{"exists":false}]}}')).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("are matched in time that is bounded for hostile patterns and events", () => {
    for (const wildcard of [`*${"a".repeat(1_900)}b*`, `${"*a".repeat(900)}b`]) {
      const work = (size: number) => expect(fits([{ wildcard }], "a".repeat(size))).toBe(false);
      expect(growth(work, 30_000)).toBeLessThan(inProportion);
    }
  });

  it("agree with a plain evaluator that tries every way to assign values", () => {
    fc.assert(
      fc.property(patterns, details, (pattern, detail) => {
        const event = { ...envelope, detail };
        expect(compileEventPattern(JSON.stringify({ detail: pattern })).matches(event)).toBe(
          byDefinition({ detail: pattern }, event),
        );
      }),
      { numRuns: 800 },
    );
  });

  it("never fail in another way than by refusing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          compileEventPattern(text).matches(envelope);
        } catch (error) {
          expect(isRegistryError(error, "InvalidEventPattern")).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

type Plain = { [name: string]: unknown };

const names = fc.constantFrom("a", "b");
const scalars = fc.constantFrom<unknown>("x", "xy", "y", 1, 2, null, true, "");
/** Objects of at most that depth. */
function detailsOf(depth: number): fc.Arbitrary<Plain> {
  const inner = depth === 0 ? [] : [detailsOf(depth - 1)];
  const value = fc.oneof(
    scalars,
    ...inner,
    fc.array(fc.oneof(scalars, ...inner), { maxLength: 3 }),
  );
  return fc.dictionary(names, fc.oneof(value, fc.array(value, { maxLength: 2 })), {
    minKeys: 1,
    noNullPrototype: true,
  });
}
const details = detailsOf(2);
const tests = fc.constantFrom<unknown>(
  { exists: true },
  { exists: false },
  { exists: false },
  { prefix: "x" },
  { suffix: "y" },
  { "anything-but": ["x", "y"] },
  { "anything-but": 1 },
  { numeric: [">", 1] },
  { wildcard: "*y*" },
  { "equals-ignore-case": "XY" },
);
function patternsOf(depth: number): fc.Arbitrary<Plain> {
  const inner = depth === 0 ? [] : [patternsOf(depth - 1)];
  const values = fc.array(fc.oneof(scalars, tests), { minLength: 1, maxLength: 2 });
  const fields = fc.dictionary(names, fc.oneof(values, ...inner), {
    minKeys: 1,
    noNullPrototype: true,
  });
  if (depth === 0) return fields;
  const choice = fc.array(patternsOf(depth - 1), { minLength: 2, maxLength: 2 });
  return fc
    .tuple(fields, fc.option(choice, { freq: 1 }))
    .map(([plain, $or]) => ($or === null ? plain : { ...plain, $or }));
}
const patterns = fc.oneof(patternsOf(0), patternsOf(1), patternsOf(2));

/** A value of an event: the names on the way to it, and the objects that had these members. */
interface Leaf {
  readonly path: readonly string[];
  readonly owners: readonly unknown[];
  readonly value: unknown;
}

function leavesOf(value: unknown, path: string[] = [], owners: unknown[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each, path, owners));
  if (typeof value !== "object" || value === null) return [{ path, owners, value }];
  return Object.entries(value).flatMap(([name, each]) =>
    leavesOf(each, [...path, name], [...owners, value]),
  );
}

/** A list of a pattern, and the objects of the pattern on the way to it. */
interface Wish {
  readonly path: readonly string[];
  readonly scopes: readonly unknown[];
  readonly wanted: readonly unknown[];
}

/** Every way through the "$or" of a pattern. */
function waysOf(pattern: Plain, path: string[], scopes: unknown[], scope: unknown): Wish[][] {
  let ways: Wish[][] = [[]];
  for (const [name, value] of Object.entries(pattern)) {
    const here = [...scopes, scope];
    let more: Wish[][];
    if (name === "$or") {
      more = (value as Plain[]).flatMap((each) => waysOf(each, path, scopes, scope));
    } else if (Array.isArray(value)) {
      more = [[{ path: [...path, name], scopes: here, wanted: value }]];
    } else {
      more = waysOf(value as Plain, [...path, name], here, value);
    }
    ways = ways.flatMap((way) => more.map((each) => [...way, ...each]));
  }
  return ways;
}

function byDefinition(pattern: Plain, event: unknown): boolean {
  const leaves = leavesOf(event);
  return waysOf(pattern, [], [], pattern).some((wishes) => assign(wishes, leaves, []));
}

function assign(wishes: Wish[], leaves: Leaf[], taken: [Wish, Leaf][]): boolean {
  const [wish, ...rest] = wishes;
  if (wish === undefined) return true;
  const there = leaves.filter(({ path }) => path.join("/") === wish.path.join("/"));
  const mayBeAbsent = wish.wanted.some((each) => (each as Plain | null)?.exists === false);
  if (there.length === 0 && mayBeAbsent && assign(rest, leaves, taken)) return true;
  return there.some(
    (leaf) =>
      wish.wanted.some((each) => holds(each, leaf.value)) &&
      taken.every(([other, its]) =>
        // Members of one object of the pattern are members of one object of the event.
        wish.scopes.every(
          (scope, depth) =>
            other.scopes[depth] !== scope || its.owners[depth] === leaf.owners[depth],
        ),
      ) &&
      assign(rest, leaves, [...taken, [wish, leaf]]),
  );
}

function holds(wanted: unknown, value: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return wanted === value;
  const [[name, operand] = ["", undefined]] = Object.entries(wanted);
  const text = typeof value === "string" ? value : undefined;
  if (name === "exists") return operand === true;
  if (name === "prefix") return text?.[0] === operand;
  if (name === "suffix") return text?.at(-1) === operand;
  if (name === "anything-but") return ![operand].flat().includes(value);
  if (name === "numeric") return typeof value === "number" && value > 1;
  if (name === "wildcard") return text?.includes("y") === true;
  return text === "xy";
}
