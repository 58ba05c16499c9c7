import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonPlaces, type JsonRange, type JsonValue, parseStrictJson } from "./strict-json.ts";

const known = new Set(["layers", "mediaType"]);
const parse = (text: string) => parseStrictJson(text, 32, known);

function plain(value: JsonValue): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

describe("strict JSON", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 1, 2), (text, indent) => {
        const value = JSON.parse(text) as unknown;
        const written = JSON.stringify(value, undefined, indent);
        fc.pre(!/"(layers|mediatype)"/i.test(written));
        expect(JSON.stringify(plain(parse(written)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("28: refuses a key that is given twice, also when one is escaped", () => {
    expect(() => parse('{"layers":[],"layers":[1]}')).toThrow("given twice");
    expect(() => parse('{"layers":[],"l\\u0061yers":[1]}')).toThrow("given twice");
    expect(() => parse('{"a":{"x":1,"x":2}}')).toThrow("given twice");
  });

  it("refuses a known key in another case", () => {
    expect(() => parse('{"Layers":[]}')).toThrow("must be written 'layers'");
    expect(() => parse('{"MEDIATYPE":""}')).toThrow("must be written 'mediaType'");
  });

  it("68: keeps __proto__ and constructor as ordinary keys", () => {
    const value = parse('{"__proto__":{"polluted":1},"constructor":2}') as Map<string, JsonValue>;
    expect([...value.keys()]).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("tells where every object, list and value stands", () => {
    const text = '{ "a" : [ 1, "two" ],\n "b":{"c" : null} }';
    const places: JsonPlaces = new Map();
    const read = parseStrictJson(text, 32, known, places) as Map<string, JsonValue>;
    const cut = (range?: JsonRange) => text.slice(range?.start, range?.end);
    expect(cut(places.get(read))).toBe(text);
    expect(cut(places.get(read)?.values.get("a"))).toBe('[ 1, "two" ]');
    expect(cut(places.get(read.get("a")!)?.values.get(1))).toBe('"two"');
    expect(cut(places.get(read.get("b")!)?.values.get("c"))).toBe("null");
  });

  it("refuses depth before it recurses", () => {
    expect(() => parse("[".repeat(100_000))).toThrow("nested deeper than 32");
    expect(parse(`${"[".repeat(32)}${"]".repeat(32)}`)).toBeDefined();
  });

  it.each(["", "{", '{"a"}', "[1,]", "nul", '"a', '{"a":1}x', "01"])("refuses %j", (text) => {
    expect(() => parse(text)).toThrow("Invalid JSON syntax");
  });
});
