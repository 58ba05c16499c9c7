import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directory, file, hardlink, layer } from "../../../../test/support/layer-inventories.ts";
import { FileTree } from "./file-tree.ts";

const paths = (tree: FileTree) => [...tree.visible()].map((each) => each.file.path).sort();

describe("FileTree", () => {
  it("counts the bytes that later layers delete or overwrite, to the byte", () => {
    const tree = new FileTree([
      layer("a", [
        file("etc/big", 1000),
        file("srv/one", 10),
        file("srv/two", 20),
        file("keep", 7),
      ]),
      layer("b", [file("etc/big", 999), directory("srv")], { whiteouts: ["srv/one"] }),
      layer("c", [], { whiteouts: ["srv"] }),
    ]);
    expect(tree.wasted).toEqual([
      { path: "srv/one", sizeBytes: 10, addedBy: "sha256:a", hiddenBy: "sha256:b", how: "deleted" },
      {
        path: "etc/big",
        sizeBytes: 1000,
        addedBy: "sha256:a",
        hiddenBy: "sha256:b",
        how: "overwritten",
      },
      { path: "srv/two", sizeBytes: 20, addedBy: "sha256:a", hiddenBy: "sha256:c", how: "deleted" },
    ]);
    expect(tree.wastedBytes).toBe(1030);
    expect(paths(tree)).toEqual(["etc/big", "keep"]);
  });

  it("tells a change of mode or owner alone from another content", () => {
    const tree = new FileTree([
      layer("a", [file("one", 5), file("two", 5)]),
      layer("b", [file("one", 5, { userId: 1000 }), file("two", 5)]),
    ]);
    expect(tree.wasted.map(({ path, how }) => [path, how])).toEqual([
      ["one", "restated"],
      ["two", "overwritten"],
    ]);
  });

  it("hides with an opaque directory what lies below, and nothing of the same layer", () => {
    const tree = new FileTree([
      layer("a", [file("app/old/deep/file", 3), file("app/other", 4)]),
      layer("b", [file("app/new", 1), file("app/other", 2)], {
        opaque: ["app"],
        whiteouts: ["app/new"],
      }),
    ]);
    expect(paths(tree)).toEqual(["app/new", "app/other"]);
    expect(tree.wastedBytes).toBe(7);
    expect(tree.wasted.every(({ how }) => how === "deleted")).toBe(true);
  });

  it("counts a content with several names when the last of them is gone", () => {
    const base = layer("a", [file("bin/git", 100), hardlink("lib/git-core/git", "/bin/git")]);
    const one = layer("b", [], { whiteouts: ["bin/git"] });
    expect(new FileTree([base, one]).wastedBytes).toBe(0);
    const both = layer("c", [], { whiteouts: ["lib/git-core"] });
    expect(new FileTree([base, one, both]).wasted).toMatchObject([
      { path: "bin/git", sizeBytes: 100, hiddenBy: "sha256:c" },
    ]);
  });

  it("takes a file in a directory's place, and the other way round", () => {
    const tree = new FileTree([
      layer("a", [file("x/one", 1), file("y", 2)]),
      layer("b", [file("x", 4), file("y/one", 8)]),
    ]);
    expect(tree.wastedBytes).toBe(3);
    expect(paths(tree)).toEqual(["x", "y/one"]);
    expect([tree.has("x/one"), tree.has("y/one"), tree.has("y")]).toEqual([false, true, false]);
  });

  it("has all bytes either in what is seen or in what is wasted, whatever the layers do", () => {
    const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 });
    const change = fc.record({
      path: path.map((parts) => parts.join("/")),
      size: fc.integer({ min: 0, max: 9 }),
      deletes: fc.boolean(),
    });
    const changes = fc.array(fc.uniqueArray(change, { selector: (each) => each.path }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(changes, (layers) => {
        const made = layers.map((each, at) => {
          const files = each.filter((one) => !one.deletes);
          // In one archive, nothing is both a file and a directory.
          const sound = files.filter(
            (one) => !files.some((other) => other.path.startsWith(`${one.path}/`)),
          );
          const whiteouts = each.filter((one) => one.deletes).map((one) => one.path);
          return layer(
            `${at}`,
            sound.map((one) => file(one.path, one.size)),
            { whiteouts },
          );
        });
        const tree = new FileTree(made);
        const all = made.flatMap(({ files }) => files).reduce((sum, one) => sum + one.sizeBytes, 0);
        const seen = [...tree.visible()].reduce((sum, one) => sum + one.file.sizeBytes, 0);
        expect(seen + tree.wastedBytes).toBe(all);
      }),
    );
  });

  it("ends soon on paths that are deep and many", () => {
    const deep = Array.from({ length: 200 }, (_, at) => file(`${"d/".repeat(2000)}${at}`, 1));
    const tree = new FileTree([layer("a", deep), layer("b", [], { whiteouts: ["d"] })]);
    expect([tree.wastedBytes, paths(tree)]).toEqual([200, []]);
  });
});
