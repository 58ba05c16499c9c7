import { describe, expect, it } from "vitest";
import {
  directory,
  file,
  hardlink,
  layerArchive,
  symlink,
} from "../../../test/support/layer-archive.ts";
import type { LayerInventory } from "../scanning/layer-inventory.ts";
import { layerLimits } from "../scanning/layer-limits.ts";
import { LayerReading } from "../scanning/layer-reading.ts";
import { pathParts } from "../scanning/path-parts.ts";
import { listLayer } from "./layer-listing.ts";

function layer(...entries: Parameters<typeof layerArchive>[0]): LayerInventory {
  const reading = new LayerReading({ analyzers: [], systemFiles: [], limits: layerLimits });
  reading.push(layerArchive(entries));
  return reading.end();
}

const ofSize = (bytes: number) => Buffer.alloc(bytes);
const base = layer(
  directory("etc"),
  file("etc/passwd", ofSize(100)),
  directory("opt"),
  directory("opt/tool"),
  file("opt/tool/a", ofSize(30)),
  file("opt/tool/b", ofSize(12)),
  file("var/cache/one", ofSize(7)),
);

function rows(listing: ReturnType<typeof listLayer>, path: string) {
  const found = listing.directory(path)?.sort((one, other) => (one.name < other.name ? -1 : 1));
  return found?.map(({ name, kind, change, sizeBytes }) => [name, kind, change, sizeBytes]);
}

describe("a layer's files", () => {
  it("are all added where nothing lies below", () => {
    const listing = listLayer([], base);
    expect(rows(listing, "")).toEqual([
      ["etc", "directory", "ADDED", 100],
      ["opt", "directory", "ADDED", 42],
      ["var", "directory", "ADDED", 7],
    ]);
    expect(rows(listing, "opt/tool")).toEqual([
      ["a", "file", "ADDED", 30],
      ["b", "file", "ADDED", 12],
    ]);
    expect(listing.sums).toEqual({
      ...{ sizeBytes: 149, added: 4, changed: 0, removed: 0, removedBytes: 0 },
    });
    expect(listing.directory("opt/tool/a")).toBeUndefined();
    expect(listing.directory("usr")).toBeUndefined();
  });

  it("are changes, additions and removals of what lies below", () => {
    const top = layer(
      directory("etc"),
      file("etc/passwd", ofSize(90)),
      file("etc/new", ofSize(5)),
      symlink("etc/link", "passwd"),
      hardlink("etc/same", "etc/new"),
      file("opt/.wh.tool"),
      file("usr/.wh.never"),
    );
    const listing = listLayer([base], top);
    expect(rows(listing, "")).toEqual([
      ["etc", "directory", "UNCHANGED", 95],
      ["opt", "directory", "UNCHANGED", 0],
      ["usr", "directory", "ADDED", 0],
    ]);
    expect(rows(listing, "etc")).toEqual([
      ["link", "symlink", "ADDED", 0],
      ["new", "file", "ADDED", 5],
      ["passwd", "file", "CHANGED", 90],
      ["same", "hardlink", "ADDED", 0],
    ]);
    expect(rows(listing, "opt")).toEqual([["tool", "directory", "REMOVED", 42]]);
    expect(rows(listing, "usr")).toEqual([["never", undefined, "REMOVED", 0]]);
    expect(listing.sums).toEqual({
      ...{ sizeBytes: 95, added: 3, changed: 1, removed: 2, removedBytes: 42 },
    });
  });

  it("stand in opaque directories for all that was there", () => {
    const top = layer(file("opt/tool/.wh..wh..opq"), file("opt/tool/a", ofSize(1)));
    const listing = listLayer([base], top);
    expect(rows(listing, "opt/tool")).toEqual([["a", "file", "CHANGED", 1]]);
    expect(listing.directory("opt")).toMatchObject([{ name: "tool", isOpaque: true }]);
    expect(listing.sums).toMatchObject({ removed: 1, removedBytes: 42 });
  });

  it("are changed where the same layer removes them first, and gone ones are not removed again", () => {
    const removing = layer(file("opt/.wh.tool"));
    const again = layer(file("opt/.wh.tool"), directory("opt/tool"), file("etc/.wh.passwd"));
    expect(rows(listLayer([base, removing], again), "opt")).toEqual([
      ["tool", "directory", "ADDED", 0],
    ]);
    const rewriting = layer(file("etc/.wh.passwd"), file("etc/passwd", ofSize(3)));
    expect(rows(listLayer([base], rewriting), "etc")).toEqual([["passwd", "file", "CHANGED", 3]]);
  });

  it("change a directory that has another mode", () => {
    const top = layer({ path: "etc/", type: "5", mode: 0o700 });
    expect(rows(listLayer([base], top), "")).toEqual([["etc", "directory", "CHANGED", 0]]);
  });

  it("hide a directory whose place a file takes", () => {
    const listing = listLayer([base], layer(file("opt", ofSize(2))));
    expect(rows(listing, "")).toEqual([["opt", "file", "CHANGED", 2]]);
    expect(listing.sums).toMatchObject({ changed: 1, removedBytes: 0 });
  });
});

describe("a layer's paths", () => {
  it("are counted with the directories that they stand for", () => {
    expect(pathParts(layer(file("a/b/c/d/e")))).toBe(5);
    expect(pathParts(layer(file("a/b/c"), file("a/b/d"), file("a/.wh.x")))).toBe(5);
    for (const each of [base, layer(file("x/y/.wh.z"), file("v/w/.wh..wh..opq"))]) {
      expect(pathParts(each)).toBeGreaterThanOrEqual(listLayer([], each).weight - 1);
    }
  });
});
