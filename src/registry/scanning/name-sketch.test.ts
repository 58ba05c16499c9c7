import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Registry } from "../names.ts";
import type { InstalledPackage } from "./image-inventory.ts";
import {
  advisoryMark,
  marksOfFindings,
  marksOfInventory,
  SketchQuestion,
  sketchOf,
  vulnerabilityMark,
} from "./name-sketch.ts";
import { sketchLimits } from "./sketch-limits.ts";

const registry = { account: "000000000001", region: "us-east-1" } as Registry;
const elsewhere = { account: "000000000002", region: "us-east-1" } as Registry;

function keysOf(...secrets: readonly Uint8Array[]) {
  return { keys: { secret: () => secrets[0]!, keptSecrets: () => secrets } };
}

const [first, second] = [randomBytes(32), randomBytes(32)];
const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => advisoryMark("npm", `package-${from + n}`));

describe("a sketch of names", () => {
  it("holds every name that is in it, and hardly ever another, however many are asked for", () => {
    const ports = keysOf(first);
    const marks = many(0, 400);
    const sketch = sketchOf(ports, registry, new Set(marks));
    expect(sketch.byteLength).toBe(5 + 4 * 400);
    for (const mark of marks) {
      expect(new SketchQuestion(ports, registry, [mark]).isMaybeIn(sketch)).toBe(true);
    }
    const others = many(1_000, 3_000);
    expect(new SketchQuestion(ports, registry, others).isMaybeIn(sketch)).toBe(false);
    expect(new SketchQuestion(ports, registry, [...others, marks[7]!]).isMaybeIn(sketch)).toBe(
      true,
    );
    expect(new SketchQuestion(ports, registry, []).isMaybeIn(sketch)).toBe(false);
  });

  it("tells nothing without the deployment's secret, nor of another registry, and is not the same there", () => {
    const marks = new Set(many(0, 50));
    const sketch = Buffer.from(sketchOf(keysOf(first), registry, marks));
    const numbers = (bytes: Buffer) =>
      Array.from({ length: 50 }, (_, n) => bytes.readUInt32BE(5 + 4 * n));
    for (const other of [
      sketchOf(keysOf(first), elsewhere, marks),
      sketchOf(keysOf(second), registry, marks),
    ]) {
      const known = new Set(numbers(Buffer.from(other)));
      expect(numbers(sketch).filter((each) => known.has(each))).toEqual([]);
    }
    expect(sketch.includes("package-1")).toBe(false);
  });

  it("is understood after the master key was rotated, and may hold anything once its key is gone", () => {
    const sketch = sketchOf(keysOf(first), registry, new Set(many(0, 9)));
    const rotated = new SketchQuestion(keysOf(second, first), registry, many(100, 9));
    expect([rotated.understands(sketch), rotated.isMaybeIn(sketch)]).toEqual([true, false]);
    const lost = new SketchQuestion(keysOf(second), registry, many(100, 9));
    expect([lost.understands(sketch), lost.isMaybeIn(sketch)]).toEqual([false, true]);
    expect([lost.understands(undefined), lost.isMaybeIn(undefined)]).toEqual([false, true]);
  });

  it("may hold anything, and is not understood, where packages were matched otherwise then", () => {
    const sketch = sketchOf(keysOf(first), registry, new Set(many(0, 9)));
    const question = new SketchQuestion(keysOf(first), registry, many(100, 9));
    expect([question.understands(sketch), question.isMaybeIn(sketch)]).toEqual([true, false]);
    sketch[0]! += 1;
    expect([question.understands(sketch), question.isMaybeIn(sketch)]).toEqual([false, true]);
  });

  it("may hold anything where there are more names than it is made for", () => {
    const sketch = sketchOf(keysOf(first), registry, new Set(many(0, 16_385)));
    expect(sketch.byteLength).toBe(5);
    const question = new SketchQuestion(keysOf(first), registry, ["x"]);
    expect(question.isMaybeIn(sketch)).toBe(true);
    expect(question.understands(sketch)).toBe(true);
  });

  it("has names as advisories do: of sources, with and without release; not what a system installed", () => {
    const place = { path: "p", analyzer: "a", layerDiffId: "d", isSystemOwned: false };
    const source = { name: "openssl", version: "3" };
    const marks = marksOfInventory({
      distribution: {
        id: "debian",
        name: "Debian",
        version: "12",
        ecosystem: "Debian:12",
      } as never,
      packages: [
        { ...place, type: "deb", name: "libssl3", version: "3", source },
        { ...place, type: "pypi", name: "pip", version: "1", isSystemOwned: true },
        { ...place, type: "npm", namespace: "@babel", name: "core", version: "1" },
      ],
      unread: [],
    });
    expect([...marks].map((mark) => mark.replaceAll("\n", " ")).toSorted()).toEqual([
      "advisory Debian openssl",
      "advisory Debian:12 openssl",
      "advisory npm @babel/core",
      "package @babel/core",
      "package libssl3",
    ]);
    const found = { vulnerabilityId: "CVE-2024-1000", aliases: ["GHSA-1"], advisories: ["DSA-1"] };
    const marked = marksOfFindings([{ ...found, package: { name: "libssl3" } } as never]);
    expect(marked.has(vulnerabilityMark("DEBIAN-CVE-2024-1000"))).toBe(true);
    expect(marked.has(vulnerabilityMark("GHSA-1"))).toBe(true);
    expect(marked.size).toBe(4);
  });
});

it("takes no more names of an inventory than make a sketch that may hold anything", () => {
  const packages = Array.from({ length: sketchLimits.marks }, (_, n) => ({
    ...{ type: "npm", name: `p${n}`, version: "1.0.0", path: "a", analyzer: "npm" },
    ...{ layerDiffId: "", isSystemOwned: false },
  })) as InstalledPackage[];
  const marks = marksOfInventory({ packages, unread: [] });
  expect(marks.size).toBeGreaterThan(sketchLimits.marks);
  expect(marks.size).toBeLessThan(sketchLimits.marks + 4);
  const sketch = sketchOf(keysOf(first), registry, marks);
  const last = advisoryMark("npm", `p${sketchLimits.marks - 1}`);
  expect(new SketchQuestion(keysOf(first), registry, [last]).isMaybeIn(sketch)).toBe(true);
});
