import fc from "fast-check";
import { expect, it } from "vitest";
import { AssembledDocument, documentParts } from "./document-parts.ts";

function assembled(parts: Iterable<unknown>): unknown {
  const document = new AssembledDocument();
  for (const part of parts) document.add(part);
  return document.document;
}

/** As it is kept: parts are no part of what they were taken from. */
const written = (parts: Iterable<unknown>) => [...parts].map((part) => JSON.stringify(part));

it("a document of any parts is the same", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.integer({ min: 1, max: 4 }), (text, most) => {
      const document: unknown = JSON.parse(text);
      const lines = written(documentParts(document, most));
      expect(assembled(lines.map((line) => JSON.parse(line)))).toEqual(document);
      expect(JSON.stringify(document)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

it("no part has more of a list than it should, however deep the list lies", () => {
  const items = Array.from({ length: 25 }, (_, at) => at);
  const document = { a: { b: [{ c: items }] }, d: items.map((at) => ({ at, e: items })) };
  const longest = (value: unknown): number => {
    if (typeof value !== "object" || value === null) return 0;
    const own = Array.isArray(value) ? value.length : 0;
    return Math.max(own, ...Object.values(value).map(longest));
  };
  const parts = [...documentParts(document, 10)];
  expect(Math.max(...parts.map(longest))).toBe(10);
  expect(assembled(parts)).toEqual(document);
});

it("what has no long list is one part, itself", () => {
  const document = { a: [1, 2], b: { c: [] } };
  expect([...documentParts(document, 2)]).toEqual([document]);
});

it.each([[["__proto__"]], [["constructor", "prototype"]], [["a", 7]], [["a", 0, "length"]], [[]]])(
  "a part that goes to %j has no place",
  (path) => {
    expect(() => assembled([{ a: [[1]] }, [path, ["x"]]])).toThrow("a part of a document");
  },
);
