import { expect, test } from "vitest";
import { limits } from "../../registry/limits.ts";
import { decodeJson } from "./json-codec.ts";

function decode(text: string): unknown {
  return decodeJson(Buffer.from(text));
}

test("gives the members of an object, and none for an empty body", () => {
  expect(decode('{"a":[1,"two"],"b":{"c":true}}')).toEqual({ a: [1, "two"], b: { c: true } });
  expect(decode("")).toEqual({});
});

test("treats a null member as an absent one, at every depth", () => {
  expect(decode('{"a":null,"b":{"c":null},"d":[{"e":null},null]}')).toEqual({
    b: {},
    d: [{}, null],
  });
});

test("68: __proto__ and constructor in JSON are inert", () => {
  const input = decode(
    '{"\\u005f_proto__":{"force":true},"constructor":{"prototype":{"force":true}}}',
  ) as Record<string, unknown>;
  expect(Object.keys(input)).toEqual(["constructor"]);
  expect("force" in input).toBe(false);
  expect("force" in {}).toBe(false);
});

test.each([
  '{"EncryptionContext":{"__proto__":"a"}}',
  '{"Constraints":{"EncryptionContextEquals":{"\\u005f_proto__":"a","b":"c"}}}',
  '{"a":[{"b":{"__proto__":null}}]}',
])("68: refuses __proto__ where it may be a name of the caller's own: %s", (text) => {
  expect(() => decode(text)).toThrow(expect.objectContaining({ kind: "Serialization" }));
});

test.each(["[]", '"text"', "1", "null", "{", '{"a":1}x', "{'a':1}", "\ufeff{}"])(
  "refuses what is no JSON object: %s",
  (text) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ kind: "Serialization" }));
  },
);

test("refuses bytes that are no UTF-8, and says nothing of the body", () => {
  const bytes = Buffer.concat([Buffer.from('{"secret":"'), Buffer.of(0xff), Buffer.from('"}')]);
  expect(() => decodeJson(bytes)).toThrow("The request is not a JSON object");
});

test("refuses nesting past the limit without recursing into it, and counts no bracket in a string", () => {
  const depth = limits.jsonDepth;
  const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
  expect(decode(nested(depth))).toBeTypeOf("object");
  expect(() => decode(nested(depth + 1))).toThrow(
    expect.objectContaining({ kind: "Serialization" }),
  );
  expect(() => decode(`{"a":${"[".repeat(500_000)}`)).toThrow("deep");
  expect(decode(`{"a\\\\":"${"[".repeat(100)}\\"${"{".repeat(100)}\\\\"}`)).toBeTypeOf("object");
});
